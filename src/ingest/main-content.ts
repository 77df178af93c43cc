// Which part of a page is content: the roots to read, and the elements inside them that are not.

import { hasLetterOrDigit } from './clean-text.ts';
import {
  attribute,
  type DocumentNode,
  type DomElement,
  firstElement,
  hasClass,
  hasRole,
  headingLevel,
  isElement,
  outermost,
  textOf,
  walk,
} from './dom.ts';

export interface MainContent {
  roots: DomElement[];
  /** `body` means nothing marked the content, so `aside`, and `header` outside of sections, count as the site's, not the page's. */
  from: 'mark' | 'main' | 'article' | 'body';
}

// Never text a reader of the page sees as its content. Readings beside words (rt, rp) would stand in the middle of these.
const DROPPED_TAGS = new Set(
  'script style template noscript svg nav button input select textarea datalist label iframe object embed video audio canvas dialog head rt rp'.split(
    ' ',
  ),
);
const DROPPED_ROLES = /^(navigation|banner|contentinfo|search|menu|menubar|toolbar|dialog|alertdialog)$/;
// Gutters of highlighted code, which would put "1 2 3 4" before every listing.
const LINE_NUMBERS =
  /(^|\s)(linenos?|lineno|gutter|line-numbers-rows|code-line-number|ln|lnt|lnlinks|listing_lines|source-line-no)(\s|$)/;
// Bars of pages that mark no content, by the names that DocBook, GTK-Doc, Doxygen and their kin give them.
const BAR_CLASS = /(^|\s)(navheader|navfooter|navpath|breadcrumbs?)(\s|$)/;
const BAR_ID = /^(titlearea|nav-path)$/;
const LINK_BAR_CLASS = /(^|\s)(navigation|navbar|nav-bar)(\s|$)/i;
// "Prev", "Up", "Home", "Next", by keys and by relation: makeinfo, LaTeX2HTML and DocBook.
const STEP_KEY = /^[nphu]$/i;
const STEP_REL = /^(prev|previous|next|up|start|home|index|contents)$/i;
const STEP_WORDS = /\b(next|prev(ious)?|up|home|top|contents|index)\b/gi;
// The same page in other languages.
const MIN_LANGUAGES = 2;
/** Beside the links: "This page in other languages:". */
const MAX_LANGUAGE_LETTERS = 40;
const MAX_BAR_LETTERS = 400;
// Hugo's, unless it is told to use classes.
const UNSELECTABLE = /(^|[;-])\s*user-select\s*:\s*none/i;

const MOSTLY = 0.6;

// No page of a person is as deep between these; a hostile one of a million deep buttons must not be climbed for each of them.
const MAX_CLIMB = 50;

// Asked of each button in a term, and the same for all of them.
const textBeside = new WeakMap<DomElement, boolean>();

// Asked of each list of tabs, and answered for the outermost of those around a panel, not once for each of them.
const panelInside = new WeakMap<DomElement, boolean>();

/** Hidden from every reader, or marked `data-latelight-ignore`. Panels of tabs are one click away, whichever is shown first. */
export function isHidden(element: DomElement): boolean {
  if (hasRole(element, 'tabpanel')) return attribute(element, 'data-latelight-ignore') !== undefined;
  const hidden = attribute(element, 'hidden');
  // hidden="until-found" is content that the browser's own search opens.
  if (hidden !== undefined && hidden !== 'until-found') return true;
  if (attribute(element, 'data-latelight-ignore') !== undefined) return true;
  return /(^|;)\s*(display\s*:\s*none|visibility\s*:\s*hidden)/i.test(attribute(element, 'style') ?? '');
}

/** `from` decides about `header`, `footer` and `aside`; `header` itself is the caller's business when it returns false. */
export function isDropped(element: DomElement, from: MainContent['from']): boolean {
  const { tagName } = element;
  if (DROPPED_TAGS.has(tagName) && !(tagName === 'button' && isTerm(element))) return true;
  if (isHidden(element)) return true;
  const isShownAtTimes = headingLevel(element) > 0 || hasRole(element, 'tabpanel');
  if (attribute(element, 'aria-hidden') === 'true' && !isShownAtTimes) return true;
  if (DROPPED_ROLES.test(attribute(element, 'role') ?? '')) return true;
  if ((hasRole(element, 'tablist') && !holdsPanel(element)) || isListedTab(element)) return true;
  // <blockquote><footer> is the source of the quotation.
  if (tagName === 'footer') return (element.parent as DomElement | null)?.tagName !== 'blockquote';
  // As ARIA has it: the header of a section is the section's, any other the page's.
  if (tagName === 'header') return from === 'body' && !isInside(element, 'section', 'article');
  // Inside marked content an aside is usually a note or a tip; as a list of links it is a table of contents.
  if (tagName === 'aside') return from === 'body' || isMostlyLinks(element);
  if (from === 'body' && isBar(element)) return true;
  if (isCodeLabel(element)) return true;
  if (tagName === 'td' && isGutter(element)) return true;
  if (hasClass(element, LINE_NUMBERS)) return !/\p{L}/u.test(textOf(element));
  if (!UNSELECTABLE.test(attribute(element, 'style') ?? '') || !isInside(element, 'pre')) return false;
  return /^[\d\s]+$/.test(textOf(element));
}

/** A tab of a list, which names a panel; what holds its panel itself is no mere tab. */
export function isListedTab(element: DomElement): boolean {
  if (!hasRole(element, 'tab') || holdsPanel(element)) return false;
  const place = around(element, (outer) => hasRole(outer, 'tablist') || hasRole(outer, 'tabpanel'));
  return place !== undefined && hasRole(place, 'tablist');
}

/** Accordions have their panels in the list of tabs. */
function holdsPanel(element: DomElement): boolean {
  const known = panelInside.get(element);
  if (known !== undefined) return known;
  const panel = firstElement(element, (inner) => hasRole(inner, 'tabpanel'));
  panelInside.set(element, panel !== undefined);
  for (let at = panel?.parent; at && at !== element; at = at.parent) panelInside.set(at as DomElement, true);
  return panel !== undefined;
}

/** The nearest that passes, among those around the element. */
function around(element: DomElement, test: (element: DomElement) => boolean): DomElement | undefined {
  let at = element.parent as DomElement | null;
  for (let climbed = 0; climbed < MAX_CLIMB && isElement(at); climbed++) {
    if (test(at)) return at;
    at = at.parent as DomElement | null;
  }
  return undefined;
}

function isInside(element: DomElement, ...tagNames: string[]): boolean {
  return around(element, ({ tagName }) => tagNames.includes(tagName)) !== undefined;
}

/** A button that is all there is to read of a term or summary, as in a list of questions; beside text it is one to copy that. */
function isTerm(button: DomElement): boolean {
  const holder = around(button, isTermHolder);
  if (!holder) return false;
  const known = textBeside.get(holder);
  if (known !== undefined) return !known;
  // Those in this one are asked for themselves, so that each text is looked through once.
  const unread = (inner: DomElement) => inner.tagName === 'button' || isTermHolder(inner) || isDropped(inner, 'main');
  const hasText = hasLetterOrDigit(textOf(holder, unread));
  textBeside.set(holder, hasText);
  return !hasText;
}

function isTermHolder({ tagName }: DomElement): boolean {
  return tagName === 'dt' || tagName === 'summary';
}

/** Of a page that marks no content: "Prev, Up, Home, Next", the way to the page, the name of the site, "Generated by". */
function isBar(element: DomElement): boolean {
  if (hasClass(element, BAR_CLASS) || BAR_ID.test(attribute(element, 'id') ?? '')) return true;
  switch (element.tagName) {
    case 'address':
      return hasClass(element, /(^|\s)footer(\s|$)/);
    case 'table':
      return /^navigation\b/i.test(attribute(element, 'summary') ?? '') || isLinkBar(element);
    case 'p':
    case 'div':
    case 'ul':
      return isLinkBar(element);
    default:
      return false;
  }
}

function isLinkBar(element: DomElement): boolean {
  const hasLanguages = linksIn(element, (link) => attribute(link, 'hreflang') !== undefined) >= MIN_LANGUAGES;
  const isNamed = hasClass(element, LINK_BAR_CLASS);
  if (!hasLanguages && !isNamed && !hasSteps(element)) return false;
  const letters = (text: string) => text.replace(STEP_WORDS, '').replace(/[^\p{L}\p{N}]+/gu, '').length;
  const all = letters(textOf(element));
  const unlinked = letters(textOf(element, (inner) => inner.tagName === 'a'));
  if (hasLanguages && unlinked <= MAX_LANGUAGE_LETTERS) return true;
  return all <= MAX_BAR_LETTERS && unlinked <= (1 - MOSTLY) * all;
}

/** To the pages around this one. */
function hasSteps(element: DomElement): boolean {
  const isStep = (link: DomElement) =>
    STEP_KEY.test(attribute(link, 'accesskey') ?? '') || STEP_REL.test(attribute(link, 'rel') ?? '');
  return linksIn(element, isStep) > 0;
}

/** How many links that pass stand directly in an element. */
function linksIn(element: DomElement, test: (link: DomElement) => boolean): number {
  return element.children.filter((link) => isElement(link) && link.tagName === 'a' && test(link)).length;
}

/** The language that VitePress writes into the corner of a listing. */
function isCodeLabel(element: DomElement): boolean {
  const { parent } = element;
  return hasClass(element, /^lang$/) && isElement(parent) && hasClass(parent as DomElement, /(^|\s)language-/);
}

/** A cell of a listing that numbers the lines in the cell beside it. */
function isGutter(cell: DomElement): boolean {
  const numbers = firstChild(cell);
  let beside = cell.next;
  while (beside && !isElement(beside)) beside = beside.next;
  if (numbers?.tagName !== 'pre' || !beside || firstChild(beside)?.tagName !== 'pre') return false;
  const counted = digitsIn(numbers)?.map(Number);
  return (
    counted?.every((number, index) => number === counted[0] + index) === true && (counted.length > 1 || counted[0] < 2)
  );
}

/** The numbers of an element that has nothing else, at least one. */
function digitsIn(element: DomElement): string[] | undefined {
  let text = '';
  let isOther = false;
  walk(element, (node) => {
    if (node.type === 'text') text += node.data;
    // Listings in listings would be read again in each.
    isOther ||= /[^\d\s]/.test(node.type === 'text' ? node.data : '') || (isElement(node) && node.tagName === 'table');
    return !isOther;
  });
  return isOther ? undefined : (text.match(/\d+/g) ?? undefined);
}

function firstChild(element: DomElement): DomElement | undefined {
  return element.children.find(isElement);
}

function isMostlyLinks(element: DomElement): boolean {
  const all = textOf(element).replace(/\s+/g, '').length;
  const unlinked = textOf(element, (inner) => inner.tagName === 'a').replace(/\s+/g, '').length;
  return all === 0 || (all - unlinked) / all > MOSTLY;
}

function insideHidden(element: DomElement): boolean {
  for (let at: DomElement | null = element; isElement(at); at = at.parent as DomElement | null) {
    if (isHidden(at) || at.tagName === 'noscript' || at.tagName === 'template') return true;
  }
  return false;
}

/**
 * Roots in document order; the first kind that has any text.
 * @param isAllContent nothing around the document belongs to a site, as in a chapter of a book: all that is not marked otherwise is read
 */
export function findMainContent(document: DocumentNode, isAllContent = false): MainContent {
  const marked = outermost(document, (element) => attribute(element, 'data-latelight-body') !== undefined);
  if (marked.length > 0) return { roots: marked, from: 'mark' };
  if (isAllContent) return { roots: bodyOf(document), from: 'main' };
  const kinds: [MainContent['from'], (element: DomElement) => boolean][] = [
    ['main', (element) => element.tagName === 'main' || attribute(element, 'role') === 'main'],
    ['article', (element) => element.tagName === 'article'],
  ];
  for (const [from, test] of kinds) {
    const roots = outermost(document, test).filter((root) => !insideHidden(root));
    if (roots.some((root) => hasLetterOrDigit(textOf(root, (element) => isDropped(element, from)))))
      return { roots, from };
  }
  return { roots: bodyOf(document), from: 'body' };
}

function bodyOf(document: DocumentNode): DomElement[] {
  const body = firstElement(document, (element) => element.tagName === 'body');
  return body ? [body] : [];
}
