import { expect, it } from 'vitest';
import { parseHtml } from './html.ts';
import { limitNesting } from './nesting.ts';

it('markup that nests as pages do stays as it is', () => {
  const html = `<ul>${'<li>item <b>bold</b>'.repeat(5000)}</ul>${'<p>text'.repeat(5000)}`;
  expect(limitNesting(html)).toBe(html);
});

it('a hundred thousand open elements are parsed within two seconds, with their text', () => {
  const html = `<title>Deep</title>${'<div>'.repeat(100_000)}The text below.${'</div>'.repeat(100_000)}<p>The text after.</p>`;
  const started = performance.now();
  const texts = parseHtml(html, { path: 'deep.html' }).sections.flatMap(({ blocks }) => blocks.map(({ text }) => text));
  expect(performance.now() - started).toBeLessThan(2000);
  expect(texts.join(' ')).toBe('The text below. The text after.');
});
