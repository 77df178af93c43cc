// Markup that nests without end, brought to a depth that can be parsed: each tag costs the HTML parser a look through all that are open,
// so that 100,000 open `<div>`s take minutes, and the XML parser a move of them, which takes seconds. Browsers stop nesting at 512.

import { TagEnds } from './tag-ends.ts';

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

interface Tag {
  start: number;
  /** After its `>`. */
  end: number;
  isClose: boolean;
  name: string;
}

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
  for (const { isSelfClosed, ...tag } of tags(html, RAW)) {
    if (UNCOUNTED.test(tag.name) || (isSelfClosed && !OPEN.test(tag.name))) continue;
    yield tag;
  }
}

function* xmlTags(xml: string): Iterable<Tag> {
  for (const { isSelfClosed, ...tag } of tags(xml, undefined)) if (!isSelfClosed) yield tag;
}

/** @param raw names of elements that hold text alone */
function* tags(markup: string, raw: RegExp | undefined): Iterable<Tag & { isSelfClosed: boolean }> {
  const ends = new TagEnds(markup, STOPS);
  const starts = new RegExp(STARTS);
  for (let match = starts.exec(markup); match; match = starts.exec(markup)) {
    const [whole, close, name] = match;
    const after = match.index + whole.length;
    if (name === undefined) {
      const end = markup.indexOf('-->', match.index + 2);
      if (end < 0) return;
      starts.lastIndex = end + 3;
      continue;
    }
    const end = ends.after(after);
    if (end === undefined) continue;
    starts.lastIndex = end + 1;
    yield { start: match.index, end: end + 1, isClose: close !== '', name, isSelfClosed: markup[end - 1] === '/' };
    if (!close && raw?.test(name)) {
      const closer = new RegExp(`</${name}[\\s/>]`, 'gi');
      closer.lastIndex = end + 1;
      const found = closer.exec(markup);
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
  if (deepest(tagsOf(markup)) <= DEEPEST) return markup;
  const parts: string[] = [];
  let depth = 0;
  let dropped = 0;
  let done = 0;
  for (const { start, end, isClose, name } of tagsOf(markup)) {
    const isDropped = isClose ? dropped > 0 : depth >= DEEPEST;
    if (isDropped) {
      dropped += isClose ? -1 : 1;
      parts.push(markup.slice(done, start), gapFor(name));
      done = end;
    } else depth = isClose ? Math.max(0, depth - 1) : depth + 1;
  }
  return parts.join('') + markup.slice(done);
}

function deepest(all: Iterable<Tag>): number {
  let depth = 0;
  let most = 0;
  for (const { isClose } of all) {
    depth = isClose ? Math.max(0, depth - 1) : depth + 1;
    most = Math.max(most, depth);
  }
  return most;
}
