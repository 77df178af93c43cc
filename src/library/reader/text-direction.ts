// The direction of blocks whose document states none: each follows its own first letter, as `dir="auto"` has it.

/** Hold blocks, which may be of several directions. */
const HOLDER = 'article, aside, body, details, div, footer, header, hgroup, main, section';
const BLOCK = `${HOLDER}, blockquote, dl, figure, h1, h2, h3, h4, h5, h6, hr, ol, p, pre, table, ul`;

/** What states its own is left alone; so is code, which is read from left to right. */
export function setDirections(elements: Iterable<Element>): void {
  for (const element of elements) {
    if (element.hasAttribute('dir') || !element.matches(BLOCK) || element.matches('pre')) continue;
    if (element.matches(HOLDER) && element.querySelector(BLOCK)) setDirections(element.children);
    else element.setAttribute('dir', 'auto');
  }
}
