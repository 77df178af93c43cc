// Collects text into blocks and blocks into sections while the HTML walk goes by; drops blocks that only link within the page.

import { hasLetterOrDigit, proseLines } from './clean-text.ts';
import type { Block, Section } from './parsed-page.ts';

// A block that is one link and reads like this is the site's furniture. English only: other languages' sites mark it
// `data-latelight-ignore`.
const FURNITURE =
  /^[[(]?(edit|improve|suggest (an )?edits?|view|report|open|found|back|return|jump|skip|copy|print|share)\b.{0,40}\b(page|source|github|gitlab|issue|bug|top|contents?|code|link|this)\b.{0,20}$|^\[?(src|source|edit|permalink)\]?$/i;
export const CONTENTS_MARKER =
  /^(\[{1,2}toc\]{1,2}|(table of )?contents:?|on this page:?|in this (article|page|section):?)$/i;

const letters = (text: string) => text.replace(/[^\p{L}]+/gu, '').length;

interface Anchor {
  id: string;
  forBlocks: boolean;
  /** Its element holds nothing, and is there for the id alone. */
  isMark: boolean;
}

export class SectionBuilder {
  private readonly sections: Section[] = [];
  private section: Section = emptySection();
  private path: { level: number; text: string }[] = [];
  private line = '';
  private linkedLetters = { none: 0, 'same-page': 0, other: 0 };
  /** Fragment met since the last text; the heading or block that comes next starts there. */
  private anchor: Anchor | undefined;
  /** How many blocks and headings have come. */
  private readCount = 0;
  /** The section's fragment was made from its text, so one that the author wrote beside the heading is better. */
  private anchorIsSlug = false;
  /** Lines before the first heading that are links only: breadcrumbs, unless the page has no heading at all. */
  private readonly leadingLinks = new Set<string>();
  /** Of panels that have begun, and have had no block yet. */
  private labels: string[] = [];
  private term: { hasId: boolean } | undefined;

  get hasHeading(): boolean {
    return this.path.length > 0;
  }

  addText(text: string, link: 'none' | 'same-page' | 'other'): void {
    this.line += text.replace(/\s+/g, ' ');
    this.linkedLetters[link] += letters(text);
  }

  addLineBreak(): void {
    this.line += '\n';
  }

  seeAnchor(id: string, forBlocks: boolean, isMark = false): void {
    // Once a line has text, an id inside it is not where the block starts.
    if (this.line.trim() !== '') return;
    if (forBlocks || !this.anchor?.forBlocks) this.anchor = { id, forBlocks, isMark };
  }

  /** What `leaveElement` is told at the element's end. */
  enterElement(): { anchor: Anchor | undefined; readCount: number } {
    const { anchor, readCount } = this;
    return { anchor, readCount };
  }

  /** The fragment of a form or a table of contents, in which nothing was read, is not that of what comes next. */
  leaveElement({ anchor, readCount }: { anchor: Anchor | undefined; readCount: number }): void {
    if (this.anchor === anchor || this.anchor?.isMark || this.readCount !== readCount) return;
    if (this.line.trim() === '') this.anchor = anchor;
  }

  startTerm(hasId: boolean): void {
    this.term = { hasId };
  }

  /** The label stands before the first block until `endLabel`, and is nothing where there is none. */
  startLabel(label: string): void {
    this.endBlock();
    this.labels.push(label);
  }

  endLabel(): void {
    this.endBlock();
    this.labels.pop();
  }

  endBlock(options: { leadsOn?: boolean } = {}): void {
    const text = proseLines(this.line);
    const { none, 'same-page': samePage, other } = this.linkedLetters;
    const term = this.term;
    this.line = '';
    this.linkedLetters = { none: 0, 'same-page': 0, other: 0 };
    if (text === '') return;
    this.term = undefined;
    if (!hasLetterOrDigit(text)) return;
    const onlyLinksHere = none + other === 0 && samePage > 0 && !term;
    const onlyLinks = none === 0 && samePage + other > 0;
    if (onlyLinksHere || CONTENTS_MARKER.test(text)) {
      this.section.onlyContents = this.section.blocks.length === 0;
      return;
    }
    if (onlyLinks && FURNITURE.test(text)) return;
    if (onlyLinks && this.section.level === 0) this.leadingLinks.add(text);
    this.push({ kind: 'prose', text, leadsOn: options.leadsOn || /[:：]$/.test(text), startsEntry: term?.hasId });
  }

  addBlock(kind: Block['kind'], text: string): void {
    this.endBlock();
    if (hasLetterOrDigit(text)) this.push({ kind, text });
  }

  startSection(level: number, text: string, anchors: { own?: string; slug?: string }): void {
    this.endBlock();
    this.readCount += 1;
    if (this.section.level === 0)
      this.section.blocks = this.section.blocks.filter(({ text }) => !this.leadingLinks.has(text));
    this.close();
    while (this.path.length > 0 && this.path[this.path.length - 1].level >= level) this.path.pop();
    this.path.push({ level, text });
    // The id of what wraps the whole page leads to its top, which the bare address does too.
    const wrapsPage = this.anchor?.forBlocks === false && this.sections.length === 0;
    const nearby = wrapsPage ? undefined : this.anchor?.id;
    const anchor = anchors.own ?? nearby ?? anchors.slug;
    this.anchorIsSlug = anchors.own === undefined && nearby === undefined;
    this.anchor = undefined;
    this.section = { ...emptySection(), headings: this.path.map((heading) => heading.text), level, anchor };
  }

  finish(): Section[] {
    this.endBlock();
    this.close();
    return this.sections;
  }

  private push(content: Block): void {
    this.readCount += 1;
    const labels = this.labels.map((text): Block => ({ kind: 'prose', text, leadsOn: true }));
    this.labels = [];
    const blocks = [...labels, content];
    const anchor = this.anchor?.forBlocks ? this.anchor.id : undefined;
    if (anchor && this.section.blocks.length === 0 && this.section.level > 0 && this.anchorIsSlug)
      this.section.anchor = anchor;
    else if (anchor) blocks[0].anchor = anchor;
    this.anchor = undefined;
    this.section.blocks.push(...blocks);
    this.section.onlyContents = false;
  }

  private close(): void {
    if (this.section.level > 0 || this.section.blocks.length > 0) this.sections.push(this.section);
  }
}

function emptySection(): Section {
  return { headings: [], level: 0, anchor: undefined, blocks: [], onlyContents: false };
}
