// Markup that nests without end, brought to a depth that can be parsed: each tag costs the HTML parser a look through all that are open,
// so that 100,000 open `<div>`s take minutes, and the XML parser a move of them, which takes seconds. Browsers stop nesting at 512.

import { TagEnds } from './tag-ends.ts';
import { type Tag, xmlTags } from './xml-tags.ts';

const DEEPEST = 1000;
const STARTS = /<(?:!--|(\/?)([a-z][\w:.-]*)(?=[\s/>]))/gi;
const STOPS = { pattern: /[<>]|=\s*["']/g, closers: { '"': '"', "'": "'" } };

/** Elements of HTML that are empty or close by themselves nest no deeper for it. */
const UNCOUNTED =
  /^(html|head|body|area|base|basefont|bgsound|br|col|embed|frame|hr|img|input|keygen|link|meta|param|source|track|wbr|p|li|dt|dd|tr|td|th|thead|tbody|tfoot|colgroup|option)$/i;

/** Elements that `/>` does not close. Names that HTML does not know may be of SVG or MathML, where it does. */
const OPEN =
  /^(div|span|section|article|main|aside|nav|header|footer|blockquote|ul|ol|dl|table|center|font|b|i|u|s|em|strong|small|big|code|tt|sub|sup|a|ins|del|label|figure|details|fieldset|form|pre|address|summary)$/i;

const INLINE = /^(span|font|b|i|u|s|em|strong|small|big|code|tt|sub|sup|a|ins|del|label)$/i;

/** What is in them are no tags. */
const RAW = /^(script|style|textarea|title|xmp|iframe|noembed|noframes)$/i;

/** The same markup, unless it nests deeper: then without the tags that do, and with all of their text. */
export function limitNesting(html: string): string {
  // Words on both sides of a block are two.
  return withoutDeepTags(html, htmlTags, (name) => (INLINE.test(name) ? '' : ' '));
}

/** The same for XML, where any name may nest. */
export function limitXmlNesting(xml: string): string {
  return withoutDeepTags(xml, xmlTags, () => '');
}

/** Of markup that nests deeper whatever was left out: its text, and what looks like it. */
export function withoutTags(html: string): string {
  return html.replace(/<[^<>]*>?/g, ' ');
}

function* htmlTags(html: string): Iterable<Tag> {
  const ends = new TagEnds(html, STOPS);
  const starts = new RegExp(STARTS);
  for (let match = starts.exec(html); match; match = starts.exec(html)) {
    const [whole, close, name] = match;
    const start = match.index;
    if (name === undefined) {
      const end = html.indexOf('-->', start + 2);
      if (end < 0) return;
      starts.lastIndex = end + 3;
      continue;
    }
    const last = ends.after(start + whole.length);
    if (last === undefined) continue;
    const end = last + 1;
    starts.lastIndex = end;
    const isClose = close !== '';
    const isSelfClosed = html[last - 1] === '/' && !OPEN.test(name);
    if (!isSelfClosed && !UNCOUNTED.test(name)) yield { start, end, isClose, name, closes: isClose ? 1 : 0 };
    if (!isClose && RAW.test(name)) {
      const closer = new RegExp(`</${name}[\\s/>]`, 'gi');
      closer.lastIndex = end;
      const found = closer.exec(html);
      if (!found) return;
      starts.lastIndex = found.index;
    }
  }
}

function withoutDeepTags(
  markup: string,
  tagsOf: (markup: string) => Iterable<Tag>,
  gapFor: (name: string) => string,
): string {
  if (!isTooDeep(tagsOf(markup))) return markup;
  const parts: string[] = [];
  let depth = 0;
  let done = 0;
  for (const { start, end, isClose, name, closes } of tagsOf(markup)) {
    depth = Math.max(0, depth - closes);
    if (depth >= DEEPEST) {
      parts.push(markup.slice(done, start), gapFor(name));
      done = end;
    }
    if (!isClose) depth++;
  }
  return parts.join('') + markup.slice(done);
}

function isTooDeep(all: Iterable<Tag>): boolean {
  let depth = 0;
  for (const { isClose, closes } of all) {
    depth = isClose ? Math.max(0, depth - closes) : depth + 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}
