// What is taken for tags of XML is what the parser takes for them.

import { expect, it } from 'vitest';
import { seededRandom } from '../codec/random.ts';
import { type DomElement, firstElement, isElement, parseXml } from './dom.ts';
import { xmlTags } from './xml-tags.ts';

const PIECES =
  '< > / ! ? - = " \' & &lt; [ ]]> a b é 1 _ <a> <b> <a </a> </b> </a <b/> <!-- --> <![CDATA[ <?x ?> <!- <!> </ /> =" =\' \n \f \v \u00a0'
    .split(' ')
    .concat(' ');

it('in any soup of markup as many elements are open as in the tree of the parser', () => {
  const random = seededRandom(7);
  let found = 0;
  for (let i = 0; i < 30_000; i++) {
    const length = 1 + Math.floor(random() * 14);
    const soup = Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]).join('');
    const xml = `${soup}<probe>`;
    const expected = depthInTree(xml);
    expect(depthInTags(xml), JSON.stringify(xml)).toBe(expected);
    if (expected !== undefined && expected > 1) found++;
  }
  expect(found).toBeGreaterThan(1000);
});

it('tags have the places they have in the text', () => {
  const xml = '<a b=">">x<b/><c></c >y</z></a>';
  expect([...xmlTags(xml)].map(({ start, end }) => xml.slice(start, end))).toEqual([
    '<a b=">">',
    '<c>',
    '</c >',
    '</a>',
  ]);
});

it('a tag closes all that is open in its element', () => {
  expect([...xmlTags('<a><b><c></a>')].map(({ closes }) => closes)).toEqual([0, 0, 0, 3]);
});

/** How many elements the last one is in, when it is the probe, itself counted. */
function depthInTags(xml: string): number | undefined {
  let depth = 0;
  let last = '';
  for (const { isClose, name, closes } of xmlTags(xml)) {
    depth += isClose ? -closes : 1;
    last = name;
  }
  return last === 'probe' ? depth : undefined;
}

function depthInTree(xml: string): number | undefined {
  let depth = 0;
  let at: DomElement['parent'] | undefined = firstElement(parseXml(xml), ({ tagName }) => tagName === 'probe');
  if (!at) return undefined;
  for (; at && isElement(at); at = at.parent) depth++;
  return depth;
}
