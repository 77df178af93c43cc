// The few DOM questions the parsers ask, over cheerio's tree. Walks are loops, not recursion: malformed pages nest 10,000 deep.

import { type CheerioAPI, type CheerioOptions, load } from 'cheerio';
import { limitNesting, limitXmlNesting, withoutTags } from './nesting.ts';

export type DocumentNode = ReturnType<ReturnType<typeof load>['root']>[number];
export type DomNode = DocumentNode['children'][number];
export type DomElement = Extract<DomNode, { tagName: string }>;

export function domOf(html: string): DocumentNode {
  return loadHtml(html).root()[0];
}

const BLOCK_TAGS = new Set(
  (
    'address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer form ' +
    'header hgroup hr legend li main menu ol p section summary table tbody td tfoot th thead tr ul'
  ).split(' '),
);

/** Open elements that neither parsing nor writing them as HTML again is stopped or slowed down by. */
const MOST_OPEN = 1500;

/** Elements that the parser makes of a tag, and beside them: it opens `<b>` and its like again in every paragraph that they reach into. */
const MOST_ELEMENTS_OF_A_TAG = 10;
const MOST_ELEMENTS_BESIDE = 10_000;

/** cheerio's `load` for markup of any depth, and where the parser makes far more elements than there are tags. */
export function loadHtml(html: string): CheerioAPI {
  const limited = limitNesting(html);
  // Tags that only the parser sees to nest, as it alone knows what closes what.
  return loadSmall(limited, MOST_ELEMENTS_OF_A_TAG, MOST_ELEMENTS_BESIDE) ?? load(withoutTags(limited));
}

/** Elements that are opened again: without them a parser makes no more of markup than its tags and what those imply. */
const OPENED_AGAIN = /<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/>]/gi;

/** Whether a parser makes about as many elements of markup as that has tags, of markup that is no deeper than `loadHtml` leaves it. */
export function parsesSmall(html: string): boolean {
  const most = (html.match(OPENED_AGAIN)?.length ?? 0) * (html.split('<').length - 1);
  // As a rule it needs no parser to know: each at every tag would be few.
  return most <= 200 || loadSmall(html, 1, 100) !== undefined;
}

/** Nothing for markup that becomes more than so many elements. */
function loadSmall(html: string, mostOfATag: number, mostBeside: number): CheerioAPI | undefined {
  const tagCount = html.split('<').length - 1;
  const check = sizeCheck(mostOfATag * tagCount + mostBeside);
  try {
    return load(html, check.options);
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  } finally {
    check.end();
  }
}

class TooLarge extends Error {}

const plainAdapter = load('').root().options.treeAdapter!;

/**
 * The tree that cheerio makes, by a parser that throws when too many elements are open or have been made, until `end`: cheerio keeps its
 * options for what is made later, `$('<img>')` and the like, and the parser does not pop what is open where a text ends.
 */
function sizeCheck(mostElements: number): { options: CheerioOptions; end(): void } {
  let open = 0;
  let made = 0;
  let isOver = false;
  return {
    options: {
      treeAdapter: {
        ...plainAdapter,
        onItemPush() {
          open++;
          made++;
          if (!isOver && (open > MOST_OPEN || made > mostElements)) throw new TooLarge();
        },
        onItemPop() {
          open--;
        },
      },
    },
    end() {
      isOver = true;
    },
  };
}

/** For XML: tags keep their case and prefixes. Entities of a DTD are not expanded, so none can multiply. */
export function parseXml(xml: string): DocumentNode {
  return load(limitXmlNesting(xml), { xml: true }).root()[0];
}

/** `dc:title` -> `title`: prefixes are anyone's choice. */
export function localName(element: DomElement): string {
  return element.tagName.slice(element.tagName.indexOf(':') + 1);
}

export function isElement(node: { type: string } | null | undefined): node is DomElement {
  return node?.type === 'tag' || node?.type === 'script' || node?.type === 'style';
}

export function attribute(element: DomElement, name: string): string | undefined {
  return element.attribs[name];
}

export function hasClass(element: DomElement, pattern: RegExp): boolean {
  return pattern.test(attribute(element, 'class') ?? '');
}

export function hasRole(element: DomElement, role: string): boolean {
  return attribute(element, 'role') === role;
}

/**
 * Visits nodes below `root` in document order; `visit` returning false skips what is inside the node.
 */
export function walk(root: DocumentNode | DomElement, visit: (node: DomNode) => boolean | undefined): void {
  const stack: DomNode[] = [...root.children].reverse();
  while (stack.length > 0) {
    const node = stack.pop() as DomNode;
    const enter = visit(node) !== false;
    if (enter && 'children' in node) for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]);
  }
}

/** Elements below `root` that pass, in document order, without those inside another that passed. */
export function outermost(root: DocumentNode | DomElement, test: (element: DomElement) => boolean): DomElement[] {
  const found: DomElement[] = [];
  walk(root, (node) => {
    if (!isElement(node) || !test(node)) return true;
    found.push(node);
    return false;
  });
  return found;
}

export function firstElement(
  root: DocumentNode | DomElement,
  test: (element: DomElement) => boolean,
): DomElement | undefined {
  let found: DomElement | undefined;
  walk(root, (node) => {
    if (!found && isElement(node) && test(node)) found = node;
    return found === undefined;
  });
  return found;
}

/** Text of a node as written, without what `skip` names, or with what it gives in its place; `<br>` is a newline. */
export function textOf(root: DomElement, skip: (element: DomElement) => boolean | string = () => false): string {
  const parts: string[] = [];
  walk(root, (node) => {
    if (node.type === 'text') parts.push(node.data);
    if (!isElement(node)) return true;
    if (node.tagName === 'br') parts.push('\n');
    const skipped = skip(node);
    if (typeof skipped === 'string') parts.push(skipped);
    return skipped === false;
  });
  return parts.join('');
}

/** A mark or a number may stand in one or two elements more. */
const MAX_WRAPPERS = 4;

/** The one text that is all an element holds; '' where there are several, or something else. At once, whatever the element holds. */
export function soleText(element: DomElement): string {
  let at = element;
  for (let depth = 0; depth < MAX_WRAPPERS; depth++) {
    const [only] = at.children;
    if (at.children.length !== 1) return '';
    if (only.type === 'text') return only.data;
    if (!isElement(only)) return '';
    at = only;
  }
  return '';
}

/** Ends the line before it and the one in it; headings, listings and `<br>` are other cases. */
export function isBlock(element: DomElement): boolean {
  return BLOCK_TAGS.has(element.tagName);
}

/** Level 1..6 of a heading element, `role=heading` and what Doxygen has in its place included; 0 for anything else. */
export function headingLevel(element: DomElement): number {
  const named = /^h([1-6])$/.exec(element.tagName);
  if (named) return Number(named[1]);
  // Doxygen's title of a page.
  if (element.attribs.class === 'title' && isElement(element.parent) && hasClass(element.parent, /^headertitle$/))
    return 1;
  if (attribute(element, 'role') !== 'heading') return 0;
  const level = Number(attribute(element, 'aria-level') ?? 2);
  return Number.isInteger(level) && level >= 1 ? Math.min(level, 6) : 2;
}
