// Sections -> texts of passages under a token budget. Pure arithmetic on blocks; the model's token counter is passed in.

import type { Block, Section } from './parsed-page.ts';
import { cutToUnits } from './sentences.ts';
import { groupSections } from './tiny-sections.ts';

export interface PackOptions {
  /** Model tokens of a text, special tokens not counted. Called several times per passage: should be cheap. */
  countTokens: (text: string) => number;
  /** No passage has more: the model's document length less its special tokens. */
  maxTokens: number;
  /** Length aimed at; default 180, or maxTokens where that is less. */
  targetTokens?: number;
  /** Sections below this may join a neighbour; default 20. */
  tinyTokens?: number;
  /** BCP 47 tag of the text, for sentence boundaries. */
  lang?: string;
}

export interface PackedText {
  text: string;
  headings: string[];
  anchor: string | undefined;
}

// 180 was ColBERT's own document length (Khattab and Zaharia 2020, doc_maxlen): a few paragraphs, still one topic. Divided by
// 3 or 4 in pooling it lands on 60 or 45 rows, just under a multiple of 16, and it leaves room under 256 for a title in front.
const TARGET_TOKENS = 180;
const TINY_TOKENS = 20;
// A repeated sentence longer than this share of the target costs more than the context is worth.
const OVERLAP_SHARE = 0.25;

interface Piece {
  text: string;
  tokens: number;
  /** What stands before the piece when it is not the first of its passage. */
  gap: string;
  block: Block;
  /** Anchor of the piece's block, or of the last block before it that has one. */
  anchor: string | undefined;
  isSentence: boolean;
  startsBlock: boolean;
  endsBlock: boolean;
}

export function packSections(sections: readonly Section[], options: PackOptions): PackedText[] {
  const targetTokens = Math.min(options.targetTokens ?? TARGET_TOKENS, options.maxTokens);
  const sizes = { ...options, targetTokens, tinyTokens: Math.min(options.tinyTokens ?? TINY_TOKENS, targetTokens) };
  return groupSections(sections, sizes).flatMap((group) =>
    entryRuns(toPieces(group.blocks, sizes), sizes.tinyTokens).flatMap((run) =>
      packRun(run, sizes).map((pieces) => ({
        text: joined(pieces),
        headings: group.headings,
        // The nearest anchor: of the block that the passage starts with, else the last one before it, else the heading's.
        anchor: pieces[0].anchor ?? group.anchor,
      })),
    ),
  );
}

function toPieces(blocks: readonly Block[], { countTokens, maxTokens, lang = '' }: PackOptions): Piece[] {
  let anchor: string | undefined;
  return blocks.flatMap((block): Piece[] => {
    anchor = block.anchor ?? anchor;
    const tokens = countTokens(block.text);
    if (tokens <= maxTokens) {
      return [
        { text: block.text, tokens, gap: '\n', block, anchor, isSentence: false, startsBlock: true, endsBlock: true },
      ];
    }
    const units = cutToUnits(block.text, { kind: block.kind, lang, maxTokens, countTokens });
    return units.map((unit, index) => ({
      text: unit.text,
      tokens: countTokens(unit.text),
      isSentence: unit.isSentence,
      gap: index === 0 ? '\n' : unit.gap,
      block,
      anchor,
      startsBlock: index === 0,
      endsBlock: index === units.length - 1,
    }));
  });
}

/** Definition terms with ids start passages of their own, unless what came before them is tiny. */
function entryRuns(pieces: readonly Piece[], tinyTokens: number): Piece[][] {
  const runs: Piece[][] = [];
  for (const piece of pieces) {
    const run = runs[runs.length - 1];
    if (run && !(piece.block.startsEntry && piece.startsBlock && sumTokens(run, tinyTokens) >= tinyTokens))
      run.push(piece);
    else runs.push([piece]);
  }
  return runs;
}

/** Adds up until `enough`, so that a run of thousands is not summed again for each of its entries. */
function sumTokens(pieces: readonly Piece[], enough = Infinity): number {
  let sum = 0;
  for (const piece of pieces) {
    sum += piece.tokens;
    if (sum >= enough) break;
  }
  return sum;
}

/** Splits a run into passages of about equal length, so that the last is no leftover. */
function packRun(pieces: readonly Piece[], sizes: PackOptions & { targetTokens: number }): Piece[][] {
  const passages: Piece[][] = [];
  let restTokens = sumTokens(pieces);
  let start = 0;
  while (start < pieces.length) {
    const count = Math.max(1, Math.round(restTokens / sizes.targetTokens), Math.ceil(restTokens / sizes.maxTokens));
    const end = passageEnd(pieces, start, restTokens / count, sizes);
    const taken = pieces.slice(start, end);
    const overlap = overlapBefore(pieces, start, taken, sizes);
    passages.push([...overlap, ...taken]);
    restTokens -= sumTokens(taken);
    start = end;
  }
  return passages;
}

function passageEnd(
  pieces: readonly Piece[],
  start: number,
  aim: number,
  { maxTokens, countTokens }: Pick<PackOptions, 'maxTokens' | 'countTokens'>,
): number {
  let end = start + 1;
  let tokens = pieces[start].tokens;
  while (end < pieces.length) {
    const next = tokens + pieces[end].tokens;
    // Stop on whichever side of the aim is nearer.
    if (next > maxTokens || (next > aim && next - aim > aim - tokens)) break;
    tokens = next;
    end += 1;
  }
  // Pieces counted one by one can be fewer tokens than the same pieces joined.
  while (end > start + 1 && countTokens(joined(pieces.slice(start, end))) > maxTokens) end -= 1;
  if (end === pieces.length) return end;
  let kept = end;
  while (kept > start && pieces[kept - 1].block.leadsOn && pieces[kept - 1].endsBlock) kept -= 1;
  return kept > start ? kept : end;
}

/** The sentence before, when the passage starts inside a paragraph that was too long for one. */
function overlapBefore(
  pieces: readonly Piece[],
  start: number,
  taken: readonly Piece[],
  { maxTokens, targetTokens, countTokens }: PackOptions & { targetTokens: number },
): Piece[] {
  const previous = pieces[start - 1];
  if (!previous || taken[0].startsBlock || !previous.isSentence || !taken[0].isSentence) return [];
  if (previous.tokens > targetTokens * OVERLAP_SHARE) return [];
  return countTokens(joined([previous, ...taken])) <= maxTokens ? [previous] : [];
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map((piece, index) => (index === 0 ? piece.text : piece.gap + piece.text)).join('');
}
