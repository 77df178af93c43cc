// Main content -> sections of blocks, in document order. Knows HTML elements; knows nothing of tokens or passages.

import {
  attribute,
  type DomElement,
  hasClass,
  hasRole,
  headingLevel,
  isBlock,
  isElement,
  outermost,
  textOf,
} from './dom.ts';
import { elementAnchor, headingAnchor, headingSource, headingText } from './heading.ts';
import { imageText, isFootnoteMark, mathText, preformattedText } from './inline-elements.ts';
import { isDropped, type MainContent } from './main-content.ts';
import type { Section } from './parsed-page.ts';
import { isPermalinkMark } from './permalinks.ts';
import { SectionBuilder } from './section-builder.ts';
import { tabLabels } from './tab-panels.ts';
import { isLayoutTable, tableRows } from './table-rows.ts';

// Ids that generators put on everything (listings, tab panes, wrappers) are no place to land on; these name their content.
const ANCHOR_TAGS = /^(a|span|dt|details)$/;
// Of DocBook, Docusaurus, MkDocs, Sphinx, MDN and their kin.
const ADMONITION =
  /(^|\s)(admonition|alert|callout|notecard|note|tip|hint|info|important|warning|caution|danger|attention)(\s|$)/i;
// Browsers stop nesting at 512 levels; below that this walk stops recursing and takes plain text.
const MAX_DEPTH = 512;

export interface SectionOptions {
  /** Makes ids for headings that have none, as the renderer of this Markdown would. */
  slug?: (heading: string) => string;
}

interface Place {
  depth: number;
  /** Text here is the text of a link within the page, of another link, or of none. */
  link: 'none' | 'same-page' | 'other';
  /** Inside a `header` of the content, whose bare text and lists are dates, authors and tags as a rule. */
  muted: boolean;
  /** The admonition or aside around, if there is one. */
  note?: DomElement;
}

export function readSections(content: MainContent, options: SectionOptions = {}): Section[] {
  const builder = new SectionBuilder();
  const dropped = (element: DomElement) => isDropped(element, content.from);
  const labels = tabLabels(content.roots);
  const noteTitles = new Map<DomElement, DomElement | null>();
  for (const root of content.roots) {
    if (content.from === 'mark' && headingLevel(root) > 0) enter(root, { depth: 0, link: 'none', muted: false });
    else readChildren(root, { depth: 0, link: 'none', muted: false });
    builder.endBlock();
  }
  return builder.finish();

  function readChildren(element: DomElement, place: Place): void {
    for (const node of element.children) {
      if (node.type === 'text' && !place.muted) builder.addText(node.data, place.link);
      else if (isElement(node) && !dropped(node)) enter(node, { ...place, depth: place.depth + 1 });
    }
  }

  function enter(element: DomElement, place: Place): void {
    const level = headingLevel(element);
    const { tagName } = element;
    if (level > 0 && place.note && isNoteTitle(element, level, place.note)) {
      readNoteTitle(element);
    } else if (level > 0) {
      readHeading(element, level);
    } else if (place.depth > MAX_DEPTH) {
      builder.addText(` ${textOf(element, dropped)} `, place.link);
    } else if (isBlock(element) || hasRole(element, 'tabpanel')) {
      builder.endBlock();
      const before = builder.enterElement();
      noteAnchor(element);
      const label = labels.get(element);
      if (label !== undefined) builder.startLabel(label);
      readElement(element, place);
      if (label !== undefined) builder.endLabel();
      builder.endBlock({ leadsOn: tagName === 'dt' || tagName === 'summary' });
      builder.leaveElement(before);
    } else {
      const before = builder.enterElement();
      noteAnchor(element);
      readElement(element, place);
      builder.leaveElement(before);
    }
  }

  function noteAnchor(element: DomElement): void {
    const anchor = elementAnchor(element);
    if (anchor) builder.seeAnchor(anchor, ANCHOR_TAGS.test(element.tagName), isEmpty(element));
    if (element.tagName === 'dt') builder.startTerm(anchor !== undefined);
  }

  function readElement(element: DomElement, around: Place): void {
    const place = isNote(element) ? { ...around, note: element } : around;
    switch (element.tagName) {
      case 'br':
        builder.addLineBreak();
        break;
      case 'img':
        if (!place.muted) builder.addText(imageText(element), place.link);
        break;
      case 'math':
        builder.addText(` ${mathText(element)} `, place.link);
        break;
      case 'pre':
        builder.addBlock('code', preformattedText(element, dropped));
        break;
      case 'sup':
        if (!isFootnoteMark(element)) readChildren(element, place);
        break;
      case 'table':
        if (isLayoutTable(element)) readChildren(element, place);
        else readTable(element, place);
        break;
      case 'a':
        if (!isPermalinkMark(element)) readChildren(element, { ...place, link: linkKind(element) });
        break;
      case 'p':
      case 'blockquote':
        readChildren(element, { ...place, muted: false });
        break;
      case 'header':
        readChildren(element, { ...place, muted: true });
        break;
      default:
        readChildren(element, place);
    }
  }

  function readTable(table: DomElement, place: Place): void {
    for (const child of table.children) {
      if (isElement(child) && child.tagName === 'caption' && !dropped(child))
        enter(child, { ...place, depth: place.depth + 1 });
    }
    for (const row of tableRows(table, dropped)) builder.addBlock('row', row);
  }

  /**
   * The only heading of a note: one with several is a part of the page. What holds the page's first heading may be its wrapper, and one
   * of the second level that has an id a card: generators give notes lower headings.
   */
  function isNoteTitle(heading: DomElement, level: number, note: DomElement): boolean {
    if (level === 1 || (level === 2 && (!builder.hasHeading || attribute(heading, 'id')))) return false;
    let only = noteTitles.get(note);
    if (only === undefined) {
      const headings = outermost(note, (inner) => headingLevel(inner) > 0 || isNote(inner)).filter(headingLevel);
      only = headings.length === 1 ? headings[0] : null;
      noteTitles.set(note, only);
    }
    return only === heading;
  }

  /** "Note" above a note is a line of the section that it stands in: what comes behind the note belongs to that section again. */
  function readNoteTitle(element: DomElement): void {
    builder.endBlock();
    const text = headingText(element);
    if (text === '') return;
    const anchor = headingAnchor(element);
    if (anchor) builder.seeAnchor(anchor, true);
    builder.addText(/\p{P}$/u.test(text) ? text : `${text}:`, 'none');
    builder.endBlock({ leadsOn: true });
  }

  function readHeading(element: DomElement, level: number): void {
    builder.endBlock();
    const text = headingText(element);
    if (text === '') return;
    const own = headingAnchor(element);
    // An id that the author wrote is none to make or to number.
    const slug = attribute(element, 'id') ? undefined : options.slug?.(headingSource(element));
    builder.startSection(level, text, { own, slug });
  }
}

/** Of nothing, or of an icon. */
function isEmpty(element: DomElement): boolean {
  return element.children.every((node) =>
    isElement(node) ? /^(svg|img|i)$/.test(node.tagName) : node.type !== 'text' || node.data.trim() === '',
  );
}

function isNote(element: DomElement): boolean {
  return element.tagName === 'aside' || hasClass(element, ADMONITION);
}

function linkKind(link: DomElement): Place['link'] {
  const href = attribute(link, 'href');
  if (href === undefined) return 'none';
  return href.startsWith('#') ? 'same-page' : 'other';
}
