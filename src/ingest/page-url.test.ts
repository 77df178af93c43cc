// Addresses of pages.

import { expect, it } from 'vitest';
import { pageUrl, withAnchor } from './page-url.ts';

it.each([
  ['index.html', './'],
  ['guide/index.html', 'guide/'],
  ['guide/setup.html', 'guide/setup.html'],
  ['reindex.html', 'reindex.html'],
  ['a b/ü#?.html', 'a%20b/%C3%BC%23%3F.html'],
  ['c:d.html', './c:d.html'],
  ['x:y/c:d.html', './x:y/c:d.html'],
  ['x y/c:d.html', 'x%20y/c:d.html'],
  ['a+b&c,d;e=f@g$.html', 'a+b&c,d;e=f@g$.html'],
  ['\uD800.html', '%EF%BF%BD.html'],
  ['docs/guide.md', 'docs/guide.md'],
])('the page of %s is at %s', (path, url) => {
  expect(pageUrl(path)).toBe(url);
});

it('clean addresses have no extension, and those of Markdown are the caller’s', () => {
  expect(pageUrl('guide/setup.html', { cleanUrls: true })).toBe('guide/setup');
  expect(pageUrl('guide/index.html', { cleanUrls: true })).toBe('guide/');
  expect(pageUrl('guide/a b.md', { markdownUrl: (path) => path.replace(/ /g, '_').replace(/\.md$/, '/') })).toBe(
    'guide/a_b/',
  );
});

it('a fragment has no second hash in it', () => {
  expect(withAnchor('a.html', 'x#y z')).toBe('a.html#x%23y%20z');
});

// sirv, Vite and Astro decode addresses with decodeURI, which leaves what may stand in an address for another meaning.
it('an address is found by servers that decode with decodeURI, but for # and ?, which no address can have otherwise', () => {
  const signs = String.fromCodePoint(...Array.from({ length: 95 }, (_, i) => 32 + i)).replaceAll('/', '');
  for (const sign of signs) {
    for (const path of [`a${sign}b/c.html`, `a/b${sign}c.html`]) {
      const { pathname } = new URL(pageUrl(path), 'https://example.org/');
      if (!'#?'.includes(sign)) expect(decodeURI(pathname), path).toBe(`/${path}`);
      expect(decodeURIComponent(pathname), path).toBe(`/${path}`);
    }
  }
});

it('an address resolves against the root of the site to the file and the fragment', () => {
  for (const [path, anchor] of [
    ['a:b/c d.html', 'x y#"ü%'],
    ['index.html', 'a'],
    ['?/#.html', undefined],
  ] as const) {
    const url = new URL(withAnchor(pageUrl(path), anchor), 'https://example.org/site/');
    expect(decodeURIComponent(url.pathname)).toBe(`/site/${path.replace('index.html', '')}`);
    expect(decodeURIComponent(url.hash)).toBe(anchor === undefined ? '' : `#${anchor}`);
    expect(url.search).toBe('');
  }
});
