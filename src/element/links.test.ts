import { describe, expect, it } from 'vitest';
import type { Hit } from '../types.ts';
import { hitAddress, imageAddress, passageAddress } from './links.ts';

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

describe('passageAddress', () => {
  const hit = (over: Partial<Hit>) =>
    ({ url: 'a.html#part', excerpt: 'Close the server.', marks: [], ...over }) as unknown as Hit;
  const options = { textFragments: true, highlight: false };

  it('adds the passage to the anchor, or to none', () => {
    expect(passageAddress(hit({}), root, options)).toBe(`${root}a.html#part:~:text=Close%20the%20server`);
    expect(passageAddress(hit({ url: 'a.html' }), root, options)).toBe(`${root}a.html#:~:text=Close%20the%20server`);
  });

  it('takes no directive from an index', () => {
    const address = passageAddress(hit({ url: 'a.html#part:~:text=elsewhere' }), root, options);
    expect(address).toBe(`${root}a.html#part:~:text=Close%20the%20server`);
  });

  it('leaves the anchor alone where browsers would not understand, and where there are no words', () => {
    expect(passageAddress(hit({}), root, { ...options, textFragments: false })).toBe(`${root}a.html#part`);
    expect(passageAddress(hit({ excerpt: '' }), root, options)).toBe(`${root}a.html#part`);
  });

  it('resolves against the site of the hit', () => {
    const siteRoot = 'https://blog.example.org/';
    expect(passageAddress(hit({ siteRoot }), root, options)).toMatch(/^https:\/\/blog\.example\.org\/a\.html#/);
  });

  it('is nothing for an address not to follow', () => {
    expect(passageAddress(hit({ url: 'javascript:alert(1)' }), root, options)).toBeUndefined();
  });
});

it('takes pictures over http and https alone', () => {
  const image = (address: string) => imageAddress({ meta: { image: address } } as unknown as Hit, root);
  expect(image('img/a.png')).toBe(`${root}img/a.png`);
  expect(image('https://example.org/a.png')).toBe('https://example.org/a.png');
  for (const address of [
    '',
    'data:image/png;base64,x',
    'javascript:x',
    'blob:x',
    'https://cdn.example/a.png',
    '//cdn.example/a',
  ])
    expect(image(address), address).toBeUndefined();
});
