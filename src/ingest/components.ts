// `<Tabs>` of MDX and Vue as HTML that can be parsed. By hand, and in a time that grows with the text alone: braces in attributes make a
// regular expression for it try every way to read them.

import { TagEnds } from './tag-ends.ts';

const START = /<(\/?)([A-Z][A-Za-z0-9.]*)(?=[\s/>])/g;
/** Attributes in quotes, and expressions in braces. */
const STOPS = { pattern: /[<>"'{]/g, closers: { '"': '"', "'": "'", '{': '}' } };

/**
 * Components become divs. HTML knows no self-closing one: `<Header />` would swallow the rest of the page. Old HTML in capitals (`<TABLE>`)
 * is left alone.
 */
export function plainComponents(html: string): string {
  const ends = new TagEnds(html, STOPS);
  const parts: string[] = [];
  let done = 0;
  START.lastIndex = 0;
  for (let match = START.exec(html); match; match = START.exec(html)) {
    const [start, close, name] = match;
    const after = match.index + start.length;
    const end = /[a-z]/.test(name) ? endOf(html, after, ends) : undefined;
    if (end === undefined) continue;
    const isSelfClosed = html[end - 1] === '/';
    parts.push(html.slice(done, match.index), isSelfClosed ? '' : `<${close}div>`);
    done = end + 1;
    START.lastIndex = done;
  }
  return done === 0 ? html : parts.join('') + html.slice(done);
}

function endOf(html: string, after: number, ends: TagEnds): number | undefined {
  if (html[after] !== '/') return ends.after(after);
  return html[after + 1] === '>' ? after + 1 : undefined;
}
