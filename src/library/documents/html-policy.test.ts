import { describe, expect, test } from 'vitest';
import hostile from '../../../e2e/hostile-strings.json' with { type: 'json' };
import { ALLOWED_ATTRIBUTES, ALLOWED_TAGS, isAllowedAttribute, isOwnImage, linkOf } from './html-policy.ts';

describe('the lists', () => {
  test('hold nothing that runs, embeds, submits or styles', () => {
    const banned =
      'script style link meta base iframe frame object embed form input button select textarea template slot svg video audio source track picture portal dialog annotation-xml mglyph noscript title latelight-search'.split(
        ' ',
      );
    expect(ALLOWED_TAGS.filter((tag) => banned.includes(tag))).toEqual([]);
  });
  test('hold no handler and nothing that styles, loads or names parts of the page', () => {
    const banned =
      'style class srcset background poster data action formaction ping slot part exportparts is role tabindex srcdoc xlink:href'.split(
        ' ',
      );
    expect(ALLOWED_ATTRIBUTES.filter((name) => name.startsWith('on') || banned.includes(name))).toEqual([]);
  });
});

describe('a link', () => {
  test('to the web or to an address of a person may be followed', () => {
    expect(linkOf('HTTPS://Example.org/a b')).toEqual({ to: 'outside', address: 'https://example.org/a%20b' });
    expect(linkOf('mailto:a@example.org')).toEqual({ to: 'outside', address: 'mailto:a@example.org' });
  });
  test('to a place of the document names it', () => {
    expect(linkOf('#a%20b')).toEqual({ to: 'place', id: 'a b' });
    expect(linkOf('#100%')).toEqual({ to: 'place', id: '100%' });
  });
  test.each([
    'javascript:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://example.org/1',
    'file:///etc/passwd',
    'vbscript:x',
    '//evil.example/x',
    'other.html',
    '/index.html#doc=1',
    'http://',
    '',
    '#',
  ])('%j leads nowhere', (address) => expect(linkOf(address)).toBeUndefined());
});

describe('an image', () => {
  test('is shown when the document brought it along', () => {
    expect(isOwnImage('data:image/png;base64,AAAA')).toBe(true);
    expect(isOwnImage('blob:http://localhost/1')).toBe(true);
  });
  test.each([
    'data:image/svg+xml;base64,AAAA',
    'DATA:image/svg+xml,<svg>',
    'https://evil.example/x.png',
    '//evil.example/x',
    'x.png',
    'data:text/html,x',
    'javascript:1',
    '',
  ])('%j is not shown', (address) => expect(isOwnImage(address)).toBe(false));
});

test('an address stays only on the element it belongs to', () => {
  expect(isAllowedAttribute('math', 'href', 'https://example.org/')).toBe(false);
  expect(isAllowedAttribute('a', 'href', 'https://example.org/')).toBe(true);
  expect(isAllowedAttribute('td', 'width', '100')).toBe(false);
  expect(isAllowedAttribute('img', 'width', '100;x')).toBe(false);
  expect(isAllowedAttribute('p', 'name', 'x')).toBe(false);
});

test('no hostile string is an address of an image or of anything but the web', () => {
  for (const text of hostile as string[]) {
    expect(isOwnImage(text)).toBe(/^data:image(?!.svg)|^blob:/i.test(text.trim()));
    const link = linkOf(text);
    if (link?.to === 'outside') expect(link.address).toMatch(/^(https?:|mailto:)/);
  }
});
