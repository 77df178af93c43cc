// Markup that nests without end, brought to a depth that can be parsed: each tag costs the HTML parser a look through all that are open,
// so that 100,000 open `<div>`s take minutes. Browsers stop nesting at 512.

const DEEPEST = 1000;
/** Elements that stay open until they are closed. What closes by itself (`<p>`, `<li>`, `<td>`) or is empty nests no deeper for it. */
const TAG =
  /<(\/?)(div|span|section|article|main|aside|nav|header|footer|blockquote|ul|ol|dl|table|center|font|b|i|u|s|em|strong|small|big|code|tt|sub|sup|a|ins|del|label|figure|details|fieldset|form)\b[^<>]*>/gi;

const INLINE = /^(span|font|b|i|u|s|em|strong|small|big|code|tt|sub|sup|a|ins|del|label)$/i;

/** The same markup, unless it nests deeper: then without the tags that do, and with all of their text. */
export function limitNesting(html: string): string {
  if (deepest(html) <= DEEPEST) return html;
  let depth = 0;
  let dropped = 0;
  return html.replace(TAG, (tag, close: string, name: string) => {
    // Words on both sides of a block are two.
    const gap = INLINE.test(name) ? '' : ' ';
    if (!close && depth >= DEEPEST) {
      dropped++;
      return gap;
    }
    if (close && dropped > 0) {
      dropped--;
      return gap;
    }
    depth = close ? Math.max(0, depth - 1) : depth + 1;
    return tag;
  });
}

function deepest(html: string): number {
  let depth = 0;
  let most = 0;
  for (const [, close] of html.matchAll(TAG)) {
    depth = close ? Math.max(0, depth - 1) : depth + 1;
    most = Math.max(most, depth);
  }
  return most;
}
