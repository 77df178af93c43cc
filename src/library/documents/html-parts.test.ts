// What the reader gets of a document's HTML: as much as there is to show, in parts that stay small whoever parses them.

import { load } from 'cheerio';
import { expect, it } from 'vitest';
import { type DocumentNode, type DomNode, walk } from '../../ingest/dom.ts';
import { htmlParts } from './html-parts.ts';

const partsOf = (html: string) => htmlParts(html).parts;

/** As the page parses them: one by one. */
function elementsIn(parts: readonly string[]): number {
  let count = 0;
  const add = (node: DomNode) => {
    count += Number(node.type === 'tag');
    return true;
  };
  for (const part of parts) walk(load(part).root()[0] as DocumentNode, add);
  return count;
}

it('a page is its blocks, without what is around its content and what is not shown', () => {
  const html = `<!doctype html><title>T</title><body class="x"><nav>Menu</nav><h1 id="a" onclick="x()">One &amp; two</h1>
    <p style="color:red">A&nbsp;<b>b</b> &lt;i&gt;<br>c</p><script>x()</script><p hidden>No</p>
    <x-card><p>In <button>a card</button></p></x-card><form><input name="remove"><p>In a form</p></form></body>`;
  const text = partsOf(html).map((part) => part.replace(/\s+/g, ' ').trim());
  expect(text.filter(Boolean)).toEqual([
    '<h1 id="a">One &amp; two</h1>',
    '<p>A&nbsp;<b>b</b> &lt;i&gt;<br>c</p>',
    '<p>In a card</p>',
    '<p>In a form</p>',
  ]);
});

it('text and words that follow each other stay together, also with a block behind them', () => {
  expect(partsOf('one <b>two</b> three<p>four</p> <i>five</i> six')).toEqual([
    'one <b>two</b> three',
    '<p>four</p> ',
    '<i>five</i> six',
  ]);
});

it('large holders are gone into: their names stay, and what they state of what is in them', () => {
  const long = 'rope '.repeat(1000);
  const html = `<html lang="he" dir="rtl"><body><section id="s&quot;" lang="en" dir="ltr"><p>a</p><p lang="de">${long}</p></section><div id="small"><p>b</p></div>`;
  const { parts, lang, dir } = htmlParts(html);
  expect([lang, dir]).toEqual(['he', 'rtl']);
  expect(parts).toEqual([
    '<div id="s&quot;"></div>',
    '<p lang="en" dir="ltr">a</p>',
    `<p lang="de" dir="ltr">${long}</p>`,
    '<div id="small"><p>b</p></div>',
  ]);
});

it('the only main element of a page is its content', () => {
  expect(partsOf('<p>a</p><main><p>b</p></main><footer>c</footer>')).toEqual(['<p>b</p>']);
  expect(partsOf('<main><p>a</p></main><main><p>b</p></main>')).toHaveLength(2);
  expect(partsOf('<frameset><frame src="x"></frameset>')).toEqual([]);
});

it('pictures are as they came, each once', () => {
  const picture = `data:image/png;base64,${'A'.repeat(5000)}`;
  const html = `<p>a<img src="${picture}" alt="b"></p><p>${picture}</p><p><img src="data:image/png;base64,@0@"></p>`;
  expect(partsOf(html)).toEqual([
    `<p>a<img src="${picture}" alt="b"></p>`,
    `<p>${picture}</p>`,
    '<p><img src="data:image/png;base64,"></p>',
  ]);
});

it('a picture of the size of a photograph is none of the parser’s work', () => {
  const html = `<p><img src="data:image/png;base64,${'A'.repeat(2 ** 25)}"></p>`;
  const start = process.cpuUsage();
  const [part] = partsOf(html);
  // The parser takes four for it.
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1);
  expect(part === html).toBe(true);
});

it('a listing keeps the empty line that it begins with', () => {
  const [part] = partsOf('<pre>\n\na\n b</pre>');
  expect(load(part)('pre').text()).toBe('\na\n b');
});

const opened = Array.from({ length: 400 }, (_, id) => `<b id=${id}>`).join('');
const paragraphs = '<p>x'.repeat(5000);

it.each([
  // 2 million otherwise.
  ['as it comes', `<p>${opened}${paragraphs}`],
  // What is closed now in the first parse, as paragraphs of a table in one are not, multiplies in the second.
  ['once it is written again', `<p><table>${opened}${paragraphs}`],
  ['in what is not shown itself', `<p><object>${opened}${paragraphs}`],
])('elements that the parser opens again in every paragraph do not multiply %s', (_, html) => {
  const parts = partsOf(`${html}<p>the end`);
  expect(elementsIn(parts)).toBeLessThan(20_000);
  expect(parts.join('')).toContain('the end');
});

it('a block of more children than a call has arguments is read', () => {
  expect(partsOf(`<div>${'<br>'.repeat(150_000)}<p>the end</p></div>`).join('')).toContain('<p>the end</p>');
});
