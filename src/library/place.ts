// What the app's address says: which document is open, where in it, and which words are marked there. Pure.

import { decoded } from './decoded.ts';
import type { ReaderPlace } from './types.ts';

/** `#doc=12&passage=3&words=redact,secrets`; the same as the addresses of hits. */
export function formatPlace({ documentId, passage, words }: ReaderPlace): string {
  const parts = [`doc=${documentId}`];
  if (passage !== undefined) parts.push(`passage=${passage}`);
  if (words.length > 0) parts.push(`words=${words.map(encodeURIComponent).join(',')}`);
  return `#${parts.join('&')}`;
}

/** Nothing for a hash that names no document: whatever people paste must not break the page. */
export function parsePlace(hash: string): ReaderPlace | undefined {
  const fields = new Map<string, string>();
  for (const part of hash.split(':~:')[0].replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at > 0) fields.set(part.slice(0, at), part.slice(at + 1));
  }
  const documentId = wholeNumber(fields.get('doc'));
  if (documentId === undefined) return undefined;
  const words = (fields.get('words') ?? '').split(',').map(decoded).filter(Boolean);
  return { documentId, passage: wholeNumber(fields.get('passage')), words };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
