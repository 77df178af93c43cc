import { expect, it } from 'vitest';
import { hitAddress } from './links.ts';

const root = 'https://example.org/docs/';

it('resolves against the root of the site', () => {
  expect(hitAddress('guide/setup.html#install', root)).toBe('https://example.org/docs/guide/setup.html#install');
  expect(hitAddress('', root)).toBe(root);
});

it.each([
  'javascript:alert(1)',
  ' JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'blob:x',
  'http://[',
])('does not follow %j', (url) => expect(hitAddress(url, root)).toBeUndefined());

it('does not follow anything from a root that is no address', () => {
  expect(hitAddress('guide.html', 'nowhere')).toBeUndefined();
});
