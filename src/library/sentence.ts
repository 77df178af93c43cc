// What a reader of documents says, for people.

/** `encrypted PDF: it needs a password` -> `Encrypted PDF: it needs a password.` */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const end = /[.!?…]$/.test(trimmed) || !trimmed ? '' : '.';
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + end;
}
