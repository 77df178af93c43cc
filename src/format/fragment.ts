// Fragments: text and metadata of a few passages, fetched only for what is shown. docs/FORMAT.md, "Fragment file".
// They also say which words each row stands for, so that a match can be shown without the model.

import { LatelightError } from '../errors.ts';
import type { Passage } from '../shared-types.ts';
import { parseJson } from './json-fields.ts';

const FRAGMENT_VERSION = 1;

/** Words of a passage: more than a model reads of any text by far, and few enough that a search is not held up by one. */
const MOST_WORDS = 2 ** 20;

export interface FragmentPassage extends Passage {
  /** [2 x words] gap since the end of the previous word, then length, in UTF-16 units of `text`. */
  words: number[];
  /** [rows] words of `words` that each row's tokens came from, ascending. */
  rowWords: number[][];
}

export function writeFragment(passages: FragmentPassage[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: FRAGMENT_VERSION, passages }));
}

/** @throws LatelightError `bad-fragment` */
export function readFragment(bytes: Uint8Array, passageCount: number): FragmentPassage[] {
  const fragment = new Fragment(bytes, passageCount);
  return Array.from({ length: passageCount }, (_, at) => fragment.passage(at));
}

/** A fragment whose passages are checked when they are first asked for: a search shows few of them. */
export class Fragment {
  private readonly passages: unknown[];
  private readonly checked = new Set<number>();

  /**
   * @param passageCount how many passages the manifest promises
   * @throws LatelightError `bad-fragment`
   */
  constructor(bytes: Uint8Array, passageCount: number) {
    let parsed: { version?: unknown; passages?: unknown };
    try {
      parsed = parseJson(bytes) as typeof parsed;
    } catch (cause) {
      throw new LatelightError('bad-fragment', `fragment: expected UTF-8 JSON, got ${String(cause)}`, { cause });
    }
    if (parsed?.version !== FRAGMENT_VERSION) fail(`expected version ${FRAGMENT_VERSION}, got ${parsed?.version}`);
    const { passages } = parsed;
    const isWhole = Array.isArray(passages) && passages.length === passageCount;
    this.passages = isWhole ? passages : fail(`expected ${passageCount} passages`);
  }

  /** @param at below the passage count @throws LatelightError `bad-fragment` */
  passage(at: number): FragmentPassage {
    const passage = this.passages[at] as FragmentPassage;
    if (!this.checked.has(at)) {
      checkPassage(passage);
      this.checked.add(at);
    }
    return passage;
  }
}

function fail(what: string): never {
  throw new LatelightError('bad-fragment', `fragment: ${what}. Download it again, or index the site again.`);
}

function checkPassage(passage: FragmentPassage): void {
  if (!isPassage(passage)) fail('a passage lacks a field, or has one of another type');
  if (!staysOnSite(passage.url)) fail(`expected a relative address, got ${JSON.stringify(passage.url)}`);
  if (passage.words.length > 2 * MOST_WORDS) {
    fail(`expected at most ${MOST_WORDS} words in a passage, got ${passage.words.length / 2}`);
  }
  let end = 0;
  for (let i = 0; i < passage.words.length; i++) end += passage.words[i];
  if (passage.words.length % 2 !== 0 || end > passage.text.length) fail('expected words inside the text');
  const wordCount = passage.words.length / 2;
  for (const row of passage.rowWords) {
    if (row.some((word) => word >= wordCount)) fail('expected rows of words that exist');
  }
}

/** Offsets of each word, from the gaps and lengths of `words`. */
export function wordSpans(words: number[]): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let at = 0;
  for (let i = 0; i < words.length; i += 2) {
    const start = at + words[i];
    at = start + words[i + 1];
    spans.push({ start, end: at });
  }
  return spans;
}

/** Inverts `wordSpans`. */
export function packWords(spans: { start: number; end: number }[]): number[] {
  let at = 0;
  return spans.flatMap(({ start, end }) => {
    const pair = [start - at, end - start];
    at = end;
    return pair;
  });
}

/** Two sites with nothing in common: what stays in the folder of each has no scheme, no host, and does not climb. */
const ANY_ROOTS = ['http://http.invalid/http/', 'https://https.invalid/https/'];

/** Whether an address stays on the site: resolved as a browser would, it keeps the scheme, the host and the root's folder. */
export function staysOnSite(url: string): boolean {
  return ANY_ROOTS.every((root) => URL.canParse(url, root) && new URL(url, root).href.startsWith(root));
}

function isPassage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { text, title, headings, url, filters, meta, words, rowWords } = value as Record<string, unknown>;
  return (
    [text, title, url].every((field) => typeof field === 'string') &&
    isListOf(headings, (heading) => typeof heading === 'string') &&
    isRecordOf(meta, (entry) => typeof entry === 'string') &&
    isRecordOf(filters, (entry) => isListOf(entry, (name) => typeof name === 'string')) &&
    isListOf(words, isCount) &&
    isListOf(rowWords, (row) => isListOf(row, isCount))
  );
}

function isListOf(value: unknown, test: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(test);
}

function isRecordOf(value: unknown, test: (item: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(test);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}
