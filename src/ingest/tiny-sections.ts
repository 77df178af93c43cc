// Sections -> groups that are packed together. Almost always a group is one section, because a hit should lead to its own
// heading; only sections that say too little to stand alone ("Returns: void") join a neighbour.

import type { Block, Section } from './parsed-page.ts';

export interface SectionGroup {
  headings: string[];
  anchor: string | undefined;
  blocks: Block[];
}

export interface GroupOptions {
  countTokens: (text: string) => number;
  targetTokens: number;
  /** A section below this joins its neighbour when that is below it too, or is its first subsection (h3 and deeper). */
  tinyTokens: number;
}

interface Member {
  section: Section;
  /** How many h1 and h2 have begun. */
  chapter: number;
  tokens: number;
}

const LEAF_HEADING_WORDS = 4;

export function groupSections(sections: readonly Section[], options: GroupOptions): SectionGroup[] {
  const groups: SectionGroup[] = [];
  let open: Member[] = [];
  let chapter = 0;
  const hasBlocks = sections.some((section) => section.blocks.length > 0);
  for (const [index, section] of sections.entries()) {
    if (section.level <= 2) chapter += 1;
    if (
      section.blocks.length === 0 &&
      !(standsAlone(section, sections[index + 1]) || (!hasBlocks && section === sections[0]))
    )
      continue;
    const text = section.blocks.map((block) => block.text).join('\n');
    const member = { section, chapter, tokens: options.countTokens(text === '' ? ownHeading(section) : text) };
    if (!joins(open, member, options)) {
      if (open.length > 0) groups.push(closeGroup(open));
      open = [];
    }
    open.push(member);
  }
  if (open.length > 0) groups.push(closeGroup(open));
  return groups;
}

/**
 * A heading with nothing under it: "Is there a free plan for schools?" answers to a search by itself, "Fixed" and "Options"
 * do not. That of a parent lives on in its children's paths and that of a dropped table of contents is no content.
 */
function standsAlone(section: Section, next: Section | undefined): boolean {
  const isParent = next !== undefined && (next.level > section.level || section.level === 1);
  return !isParent && !section.onlyContents && ownHeading(section).split(' ').length >= LEAF_HEADING_WORDS;
}

function joins(
  open: readonly Member[],
  next: Member,
  { countTokens, targetTokens, tinyTokens }: GroupOptions,
): boolean {
  if (open.length === 0 || !open.every((member) => member.tokens < tinyTokens)) return false;
  const [first] = open;
  const openTokens = open.reduce((sum, member) => sum + member.tokens, 0);
  const total = openTokens + next.tokens + countTokens(ownHeading(next.section));
  if (next.tokens < tinyTokens) {
    // Every section joined is an anchor lost, so a group of tiny ones stays short, and a pair where a new chapter begins.
    const crossesChapter = first.chapter !== next.chapter;
    return crossesChapter ? open.length === 1 : total <= targetTokens / 2;
  }
  const isFirstSubsection = open.length === 1 && startsWith(next.section.headings, first.section.headings);
  return isFirstSubsection && next.section.level >= 3 && first.section.level >= 1 && total <= targetTokens;
}

/** Members under the part of the heading path that they share; the rest of their headings become lines of text. */
function closeGroup(members: readonly Member[]): SectionGroup {
  const [first] = members;
  let shared = first.section.headings;
  for (const { section } of members) {
    const differs = shared.findIndex((heading, index) => heading !== section.headings[index]);
    if (differs !== -1) shared = shared.slice(0, differs);
  }
  const blocks: Block[] = [];
  let shown = shared;
  for (const { section } of members) {
    const from = section.headings.findIndex((heading, index) => heading !== shown[index]);
    const lines = from === -1 ? [] : section.headings.slice(from);
    blocks.push(...lines.map((text): Block => ({ kind: 'prose', text, leadsOn: true })), ...section.blocks);
    shown = section.headings;
  }
  if (blocks.length === 0) blocks.push({ kind: 'prose', text: ownHeading(first.section) });
  return { headings: shared, anchor: first.section.anchor, blocks };
}

function ownHeading(section: Section): string {
  return section.headings[section.headings.length - 1] ?? '';
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return path.length > start.length && start.every((heading, index) => heading === path[index]);
}
