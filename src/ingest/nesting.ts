// Markup that nests without end, brought to a depth that can be parsed: each tag costs the HTML parser a look through all that are open,
// so that 100,000 open `<div>`s take minutes, and the XML parser a move of them, which takes seconds. Browsers stop nesting at 512.

const DEEPEST = 1000;
/** Elements that stay open until they are closed. What closes by itself (`<p>`, `<li>`, `<td>`) or is empty nests no deeper for it. */
const TAG =
  /<(\/?)(div|span|section|article|main|aside|nav|header|footer|blockquote|ul|ol|dl|table|center|font|b|i|u|s|em|strong|small|big|code|tt|sub|sup|a|ins|del|label|figure|details|fieldset|form)\b[^<>]*>/gi;

const INLINE = /^(span|font|b|i|u|s|em|strong|small|big|code|tt|sub|sup|a|ins|del|label)$/i;

/** Every element of XML, but for those that close themselves. */
const XML_TAG = /<(\/?)([a-z_][\w.:-]*)(?:\s[^<>]*)?(?<!\/)>/gi;

/** The same markup, unless it nests deeper: then without the tags that do, and with all of their text. */
export function limitNesting(html: string): string {
  // Words on both sides of a block are two.
  return withoutDeepTags(html, TAG, (name) => (INLINE.test(name) ? '' : ' '));
}

/** The same for XML, where any name may nest. */
export function limitXmlNesting(xml: string): string {
  return withoutDeepTags(xml, XML_TAG, () => '');
}

function withoutDeepTags(markup: string, tags: RegExp, gapFor: (name: string) => string): string {
  if (deepest(markup, tags) <= DEEPEST) return markup;
  let depth = 0;
  let dropped = 0;
  return markup.replace(tags, (tag, close: string, name: string) => {
    if (!close && depth >= DEEPEST) {
      dropped++;
      return gapFor(name);
    }
    if (close && dropped > 0) {
      dropped--;
      return gapFor(name);
    }
    depth = close ? Math.max(0, depth - 1) : depth + 1;
    return tag;
  });
}

function deepest(markup: string, tags: RegExp): number {
  let depth = 0;
  let most = 0;
  for (const [, close] of markup.matchAll(tags)) {
    depth = close ? Math.max(0, depth - 1) : depth + 1;
    most = Math.max(most, depth);
  }
  return most;
}
