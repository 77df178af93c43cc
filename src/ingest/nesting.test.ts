import { expect, it } from 'vitest';
import { type DocumentNode, type DomNode, domOf, isElement, loadHtml, parseXml, textOf } from './dom.ts';
import { parseHtml } from './html.ts';
import { limitNesting, limitXmlNesting } from './nesting.ts';

it('markup that nests as pages do stays as it is', () => {
  const html = `<ul>${'<li>item <b>bold</b>'.repeat(5000)}</ul>${'<p>text'.repeat(5000)}`;
  expect(limitNesting(html)).toBe(html);
});

it('XML that nests as documents do stays as it is, however many elements close themselves', () => {
  const xml = `<?xml version="1.0"?><w:p w:id="a">${'<w:br/><w:tab w:x="/"/><w:t xml:space="preserve">text</w:t>'.repeat(5000)}</w:p>`;
  expect(limitXmlNesting(xml)).toBe(xml);
});

it('of XML that nests without end only the tags that do are left out', () => {
  const xml = `<x>${'<dc:package id="1">'.repeat(100_000)}The text below.${'</dc:package>'.repeat(100_000)}</x><after>The text after.</after>`;
  const root = parseXml(xml);
  expect(depthOf(root)).toBe(1000);
  expect(root.children.map((node) => (isElement(node) ? textOf(node) : ''))).toEqual([
    'The text below.',
    'The text after.',
  ]);
});

it.each([
  ['a name without letters', '<_>'.repeat(30_000)],
  ['a name of other letters', '<é>'.repeat(30_000)],
  ['a number', '<1>'.repeat(30_000)],
  ['a name that begins with the sign of a tag', '<<>'.repeat(30_000)],
  ['an end tag of nothing after each', '<a></b>'.repeat(30_000)],
  ['a value that seems to be self-closed', '<a b=c/>'.repeat(30_000)],
  ['a quote in a value without quotes before', `<a b=c=">${'<g>'.repeat(30_000)}">`],
  ['the start of a comment in CDATA before', `<![CDATA[<!--]]>${'<g>'.repeat(30_000)}`],
  ['the start of a comment in an instruction before', `<?x <!-- ?>${'<g>'.repeat(30_000)}`],
])('open elements of XML are limited with %s', (_, xml) => {
  const root = parseXml(`<r>${xml}The text below.`);
  expect(depthOf(root)).toBe(1000);
  expect(root.children.map((node) => (isElement(node) ? textOf(node) : '')).join('')).toContain('The text below.');
});

it.each([
  '<div>',
  '<div title="<">',
  '<address>',
  '<pre>',
  '<summary>',
  '<optgroup>',
  '<rb>',
  '<x-y>',
  "<div title='>'>",
  '<div/>',
  '<a$>',
  '<b id=1><p>',
  '<svg><style><g>',
])('fifty thousand of %s nest no deeper than can be parsed, with their text', (open) => {
  const html = `<title>Deep</title>${open.repeat(50_000)}The text below.`;
  expect(depthOf(domOf(html))).toBeLessThanOrEqual(1500);
  expect(textsOf(html)).toContain('The text below.');
});

it('text behind a hundred thousand elements is read as well as that in them', () => {
  const html = `<title>Deep</title>${'<div>'.repeat(100_000)}The text below.${'</div>'.repeat(100_000)}<p>The text after.</p>`;
  expect(textsOf(html)).toBe('The text below. The text after.');
});

it('a tag that tags are hidden in, as the parser does not see it, hides no depth', () => {
  const html = `<title>Deep</title><script>a <b c='</script>${'<div>'.repeat(50_000)}<p>The text below.'>`;
  const unlike = `<svg><style>${'<g>'.repeat(50_000)}The text below.`;
  for (const deep of [html, unlike]) {
    expect(depthOf(domOf(deep))).toBeLessThanOrEqual(1500);
    expect(loadHtml(deep)('body').html()).toContain('The text below.');
  }
});

it('elements that the parser opens again in every paragraph do not multiply', () => {
  const bold = Array.from({ length: 600 }, (_, id) => `<b id=${id}><p>x`).join('');
  const text = '<p>x'.repeat(3000);
  const { root, elements } = counted(`${bold}${text}<p>the end`);
  expect(elements).toBeLessThan(60_000); // 1.8 million otherwise
  expect(textOf(root)).toMatch(/the end$/);
  const page = counted(`<b>unclosed ${'<p>text <i>of a page'.repeat(200)}`);
  expect(page.elements).toBeGreaterThan(400); // as the parser has it
});

it('scripts, comments and pictures of a page that nests as pages do leave it as it is', () => {
  const script = `<script>for (let i = 0; i <n ; i++) { a <b && c >d; s = '<main>' }</script><!-- <main> -->`;
  const html = `<main>${`${script}<svg><path d="M0 0"/><g /></svg>`.repeat(2000)}</main>`;
  expect(limitNesting(html)).toBe(html);
});

it('text after tags that do not end is gone through once, not for hours', { timeout: 60_000 }, () => {
  const html = '<a b="'.repeat(500_000);
  expect(limitNesting(html)).toBe(html);
  expect(limitXmlNesting(html)).toBe(html);
});

function textsOf(html: string): string {
  const { sections } = parseHtml(html, { path: 'deep.html' });
  return sections.flatMap(({ blocks }) => blocks.map(({ text }) => text)).join(' ');
}

/** How many elements are in each other at most. */
function depthOf(root: DocumentNode): number {
  let depth = -1;
  for (let level: DomNode[] = [root]; level.length > 0; depth++)
    level = level.flatMap((node) => ('children' in node ? node.children.filter(isElement) : []));
  return depth;
}

function counted(html: string) {
  const $ = loadHtml(html);
  return { root: $('body')[0], elements: $('*').length };
}
