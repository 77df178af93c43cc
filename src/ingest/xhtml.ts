// XHTML -> what the HTML parser takes for the same: to it `<title/>` opens a title that never ends.

const VOID = /^(area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i;
// Bounded, so that no unclosed quote makes the search go through the rest of the file again and again.
const SELF_CLOSED =
  /<([a-z][\w:-]{0,60})((?:\s{1,20}[^\s"'<>=/]{1,100}(?:\s?=\s?(?:"[^"]{0,2000}"|'[^']{0,2000}'))?){0,40})\s{0,20}\/>/gi;

export function isXhtmlPath(path: string): boolean {
  return /\.xhtml$/i.test(path);
}

export function htmlOfXhtml(xhtml: string): string {
  return xhtml.replace(SELF_CLOSED, (whole, name: string, attributes: string) =>
    VOID.test(name) ? whole : `<${name}${attributes}></${name}>`,
  );
}
