// Pictures of pages in folders and under `<base href>`: an index holds an address that leads from the site's root where the page's leads.

import { describe, expect, it } from 'vitest';
import { imageAddress } from '../element/links.ts';
import type { Hit } from '../types.ts';
import { ingestPage } from './ingest-page.fixture.ts';
import { type PageOptions, parsePage, passagesOf } from './ingest-page.ts';

const packing = { countTokens: (text: string) => text.length / 5, maxTokens: 200 };
const bytes = (text: string) => new TextEncoder().encode(text);

function imageOf(path: string, source: string, options: Partial<PageOptions> = {}): string | undefined {
  const outcome = ingestPage(path, bytes(source), { ...packing, ...options });
  return 'passages' in outcome ? outcome.passages[0].meta.image : undefined;
}
const html = (src: string, head = '') => `${head}<main><p>Text.</p><img src="${src}"></main>`;

describe('the picture of a page', () => {
  it.each([
    ['a.html', 'img/pic.png', 'img/pic.png'],
    ['guide/a.html', 'img/pic.png', 'guide/img/pic.png'],
    ['guide/index.html', './pic.png', 'guide/pic.png'],
    ['guide/deep/a.html', '../pic.png?v=2#x', 'guide/pic.png?v=2#x'],
    ['guide/a.html', '../../shared/pic.png', '../shared/pic.png'],
    ['a b/ü.html', 'p q.png', 'a%20b/p%20q.png'],
    ['a.html', './c:d.png', './c:d.png'],
    ['guide/a.html', '..//evil.example/x.png', './/evil.example/x.png'],
    // What leads from anywhere stays as it is.
    ['guide/a.html', '/img/pic.png', '/img/pic.png'],
    ['guide/a.html', 'https://example.org/pic.png', 'https://example.org/pic.png'],
    ['guide/a.html', '//cdn.example/pic.png', '//cdn.example/pic.png'],
    ['guide/a.html', 'http://[', 'http://['],
  ])('of %s at %s is %s from the root', (path, src, image) => {
    expect(imageOf(path, html(src))).toBe(image);
  });

  it.each([
    ['/docs/', 'pic.png', '/docs/pic.png'],
    ['../', 'pic.png', 'pic.png'],
    ['assets/', 'pic.png', 'guide/assets/pic.png'],
    ['https://cdn.example/site/', 'pic.png', 'https://cdn.example/site/pic.png'],
    ['https://cdn.example/site/', '/pic.png', 'https://cdn.example/pic.png'],
    ['https://cdn.example/site/', 'https://example.org/pic.png', 'https://example.org/pic.png'],
    ['http://[', 'pic.png', 'guide/pic.png'],
  ])('with <base href="%s"> at %s is %s', (base, src, image) => {
    expect(
      imageOf('guide/a.html', html(src, `<head><base target="_top"><base href="${base}"><base href="/no/"></head>`)),
    ).toBe(image);
  });

  it('may be named by the page, or in front matter, in the same way', () => {
    expect(imageOf('guide/a.html', html('no.png', '<meta property="og:image" content="pic.png">'))).toBe(
      'guide/pic.png',
    );
    expect(imageOf('guide/a.html', '<main><img data-latelight-meta="image[src]" src="pic.png">Text.')).toBe(
      'guide/pic.png',
    );
    expect(imageOf('guide/a.md', '---\nimage: img/pic.png\n---\nText.')).toBe('guide/img/pic.png');
    expect(imageOf('guide/a.md', 'Text.\n\n![A lamp](lamp.png)')).toBe('guide/lamp.png');
    expect(imageOf('guide/a.md', '---\nimage: /img/pic.png\n---\nText.')).toBe('/img/pic.png');
  });

  it('is found from the address that the page has, whatever its file is called', () => {
    const toFolder = { markdownUrl: (path: string) => path.replace(/\.md$/, '/') };
    expect(imageOf('guide/a.md', '![A lamp](lamp.png) Text.', toFolder)).toBe('guide/a/lamp.png');
    const parsed = parsePage('build/a.html', bytes(html('pic.png')));
    const outcome = 'page' in parsed && passagesOf('build/a.html', parsed.page, packing, 'guide/a%20b/');
    expect(outcome && 'passages' in outcome && outcome.passages[0]).toMatchObject({
      url: 'guide/a%20b/',
      meta: { image: 'guide/a%20b/pic.png' },
    });
  });

  it('is where a browser finds it on the page, on the origin of the site alone', () => {
    const root = 'https://example.org/project/docs/';
    const shown = (path: string, src: string) =>
      imageAddress({ meta: { image: imageOf(path, html(src)) ?? '' } } as unknown as Hit, root);
    for (const src of [
      'img/p.png',
      './p.png',
      '../p.png',
      '../../../p.png',
      '../../../../../p.png',
      '/p.png',
      '?p',
      'a//b.png',
    ])
      expect(shown('guide/a.html', src), src).toBe(new URL(src, `${root}guide/a.html`).href);
    for (const src of ['//cdn.example/p.png', 'https://cdn.example/p.png', 'data:image/png;base64,x', 'javascript:x'])
      expect(shown('guide/a.html', src), src).toBeUndefined();
  });
});
