// SHA-256 as lower-case hex, by the platform (browsers and Node alike).

const DIGITS = '0123456789abcdef';

export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as BufferSource);
  let hex = '';
  for (const byte of new Uint8Array(digest)) hex += DIGITS[byte >> 4] + DIGITS[byte & 15];
  return hex;
}
