// Bytes that should be text -> the text, or why they are none. For files that nothing but their name tells from rubbish.

import { decodeMarkdown } from './decode.ts';
import { UnreadableDocument } from './unreadable.ts';

// Random bytes have one control character in ten; text has next to none, none that is not white space or an escape.
const MAX_CONTROL_SHARE = 0.02;

/** @throws UnreadableDocument */
export function textContent(bytes: Uint8Array): { text: string; warnings: string[] } {
  const { text, warnings } = decodeMarkdown(bytes);
  if (text.includes('\0')) throw new UnreadableDocument('binary content (NUL characters)');
  if (text.trim() === '') throw new UnreadableDocument('empty file');
  // Escapes begin the colours of a terminal's log.
  const escapes = text.split('\u001b').length - 1;
  const controls = (text.match(/(?!\s)\p{Cc}|\uFFFD/gu)?.length ?? 0) - escapes;
  if (controls > text.length * MAX_CONTROL_SHARE) throw new UnreadableDocument('binary content, not text');
  return { text: text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'), warnings };
}
