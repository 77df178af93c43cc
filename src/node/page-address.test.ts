import { expect, it } from 'vitest';
import { pathOfAddress, relativeAddress, withoutAnchor } from './page-address.ts';

it('makes addresses relative to the root, whatever the root is', () => {
  const cases = {
    '/': './',
    '/guide/': 'guide/',
    'guide/a.html#b': 'guide/a.html#b',
    '#b': './#b',
    '/?p=2': './?p=2',
    'a..b': 'a..b',
  };
  for (const [url, relative] of Object.entries(cases)) expect(relativeAddress(url, 'test'), url).toBe(relative);
});

it('refuses what leads off the site, as a browser would read it', () => {
  for (const url of [
    '//other/',
    '/\\other/',
    '\\\\other',
    'javascript:alert(1)',
    'mailto:a@b',
    '..',
    '../a',
    'a/%2e%2e/b',
    'a\\..\\b',
  ]) {
    expect(() => relativeAddress(url, 'test'), url).toThrow(/relative to the site's root/);
  }
});

it('names a file that an address could come from', () => {
  expect(['./', 'guide/', 'guide/a', 'guide/a.HTML#b', './?p=2'].map((url) => pathOfAddress(url, '.html'))).toEqual([
    'index.html',
    'guide/index.html',
    'guide/a.html',
    'guide/a.HTML',
    'index.html',
  ]);
  expect(withoutAnchor('a?b#c#d')).toBe('a?b');
});
