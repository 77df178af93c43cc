// What of a file's own HTML comes to the reader.

import { expect, it } from 'vitest';
import { converterOf } from './convert.ts';

it('a page in XHTML is shown as that: a title or script that closes itself holds nothing', async () => {
  const page = '<html><head><title/><script src="x.js"/></head><body><p>Kept for later.</p></body></html>';
  const convert = await converterOf('html');
  const { parts } = await convert('a.xhtml', new TextEncoder().encode(page));
  expect(parts.join('')).toContain('<p>Kept for later.</p>');
});
