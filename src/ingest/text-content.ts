// Bytes that should be text -> the text, or why they are none. For files that nothing but their name tells from rubbish.

import { type Decoded, decodeMarkdown } from './decode.ts';
import { UnreadableDocument } from './unreadable.ts';

// Random bytes have one control character in ten; text has next to none, none that is not white space or an escape.
const MAX_CONTROL_SHARE = 0.02;

// What a terminal obeys and does not show: colours and moves (CSI), titles and the addresses of links (OSC, which ends in its line),
// other escapes of two or three characters.
const CONTROL_SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are control characters
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\r\n]*(?:\u0007|\u001b\\)|[ -/][0-~]|[@-Z\\^_=>78c])/g;

/** As it is read, and shown in the library. */
export function decodeText(bytes: Uint8Array): Decoded {
  const decoded = decodeMarkdown(bytes);
  return { ...decoded, text: decoded.text.replace(CONTROL_SEQUENCE, '') };
}

/** @throws UnreadableDocument */
export function textContent(bytes: Uint8Array): { text: string; warnings: string[] } {
  const { text, warnings } = decodeText(bytes);
  if (text.trim() === '') throw new UnreadableDocument('empty file');
  const reason = binaryReason(text);
  if (reason) throw new UnreadableDocument(reason);
  return { text: text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'), warnings };
}

/** Why it is no text; undefined for text, in which a stray NUL may stand. */
export function binaryReason(text: string): string | undefined {
  // An escape that is left begins what was cut off, or what is not known here.
  const escapes = text.split('\u001b').length - 1;
  const controls = (text.match(/(?!\s)\p{Cc}|\uFFFD/gu)?.length ?? 0) - escapes;
  if (controls <= text.length * MAX_CONTROL_SHARE) return undefined;
  return text.includes('\0') ? 'binary content (NUL characters)' : 'binary content, not text';
}
