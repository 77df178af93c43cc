// From scores to the passages worth showing: what one index offers for a query, with words that must occur and words that count for
// more where they do. Scores of several indexes meet in search-run.ts.

import { LatelightError } from '../errors.ts';
import { checkValues, filterBitmap } from '../format/filters.ts';
import type { FragmentPassage } from '../format/fragment.ts';
import { MAX_RESULTS } from '../format/layout.ts';
import type { QueryCodes } from '../types.ts';
import { definitionGain, definitionsOf } from './definitions.ts';
import { hasTerm, needsReading, type TermPassages } from './exact-match.ts';
import { isRequired, type WantedTerm } from './exact-terms.ts';
import { pageKey } from './repeats.ts';
import type { SearchIndex } from './search-index.ts';
import type { LocatedWords, WordGains } from './word-gains.ts';

/** An index among those that are searched together. */
export interface SearchSite {
  index: SearchIndex;
  /** Index in `engine.sites`. */
  site: number;
  siteRoot: string;
  /** What its scores are multiplied by. */
  weight: number;
  /** Values that all its passages have. */
  filter: Record<string, string[]>;
  /** One bit a passage: those that any search may give; absent for all. */
  offered?: Uint32Array;
}

export interface Candidate {
  site: SearchSite;
  id: number;
  page: number;
  score: number;
  /** What hits are ordered by: score and words found letter by letter, times the site's weight. */
  rank: number;
  /** Indexes of the exact terms it has. */
  exact: number[];
}

/** Passages read to see whether words that count for more stand as asked: fragments that are mostly shown anyway. */
const MOST_READ = 64;
/** Passages read in search of a quoted phrase, whose words alone prove nothing. */
const MOST_READ_FOR_PHRASE = 256;

/** One bit a passage: those that a search may give; nothing for all. */
export function allowed(
  { index, filter, offered }: SearchSite,
  wanted: Record<string, string[]>,
  terms: readonly WantedTerm[],
  located: readonly TermPassages[],
): Uint32Array | undefined {
  const { passageCount } = index.manifest;
  const hasOfSite = (name: string, values: string[]) =>
    Object.hasOwn(filter, name) && filter[name].some((value) => values.includes(value));
  const ofIndex = Object.fromEntries(Object.entries(wanted).filter(([name, values]) => !hasOfSite(name, values)));
  const isUnknown = Object.keys(ofIndex).some((name) => !Object.hasOwn(index.filters, name));
  if (isUnknown) return new Uint32Array(Math.ceil(passageCount / 32));
  let bitmap = Object.keys(ofIndex).length > 0 ? filterBitmap(index.filters, ofIndex, passageCount) : undefined;
  terms.forEach((term, t) => {
    const ids = located[t];
    if (isRequired(term) && ids !== 'anywhere') bitmap = both(bitmap, bitmapOf(ids, passageCount));
  });
  return offered ? both(bitmap, offered) : bitmap;
}

/** An index's best passages by score alone. */
export interface Scored {
  queryCodes: QueryCodes;
  ids: Uint32Array;
  scores: Int32Array;
  /** How many were asked for, and of which passages. */
  k: number;
  filter: Uint32Array | undefined;
}

/** A query's words, where the index has them, and what they count for. */
export interface WantedWords {
  terms: readonly WantedTerm[];
  located: LocatedWords;
  gains: WordGains;
}

/** The best passages of one index, with words counted but not yet read: those with exact terms come on top of the best by score. */
export async function gather(
  site: SearchSite,
  best: Scored,
  { terms, located, gains }: WantedWords,
): Promise<Candidate[]> {
  const { index, weight } = site;
  const found = new Map<number, Candidate>();
  const add = ({ ids, scores }: Pick<Scored, 'ids' | 'scores'>) =>
    ids.forEach((id, i) => {
      const score = scores[i];
      found.set(id, { site, id, page: index.pageOf[id], score, rank: score * weight, exact: [] });
    });
  add(best);
  const listed = located.terms.map((ids) => (ids === 'anywhere' ? undefined : new Set(ids)));
  const boosting = listed.filter((ids, t) => ids && ids.size > 0 && !isRequired(terms[t])) as Set<number>[];
  if (boosting.length > 0) {
    const either = bitmapOf(new Set(boosting.flatMap((ids) => [...ids])), index.manifest.passageCount);
    add(
      await index.scorer.search(best.queryCodes, {
        k: Math.min(MAX_RESULTS, Math.max(best.k, MOST_READ)),
        filter: both(best.filter, either),
      }),
    );
  }
  for (const candidate of found.values()) {
    terms.forEach((term, t) => {
      // Of words that stand anywhere only several in a row can tell: a version number of common digits.
      const mayHave = listed[t] ? listed[t].has(candidate.id) : term.keys.length > 1;
      if (!isRequired(term) && !mayHave) return;
      candidate.exact.push(t);
      if (!isRequired(term)) candidate.rank += rankOf(site, gains.terms[t]);
    });
  }
  const gain = (ids: Uint32Array, perfectTokens: number) => {
    const added = rankOf(site, perfectTokens);
    for (const id of ids) {
      const candidate = found.get(id);
      if (candidate) candidate.rank += added;
    }
  };
  located.words.forEach(({ own, forms }, w) => {
    if (own === 'common') return;
    gain(own, gains.words[w].own);
    gain(forms, gains.words[w].forms);
  });
  return [...found.values()];
}

/** Best first; ties to the first site, then to the lowest id. */
function byRank(a: Candidate, b: Candidate): number {
  return b.rank - a.rank || a.site.site - b.site.site || a.id - b.id;
}

/**
 * Reads candidates whose terms the lexicon cannot prove (several words in a row, words too common to be listed), best first, and takes
 * back what is not so: a phrase that must occur and does not takes the passage away. For words that count for more 64 are read, for a
 * phrase up to 256, until enough have it; those beyond keep nothing unproved. Sections that a name is the heading of gain by it.
 * @param gains of the terms
 * @param enough passages that have a phrase, and pages that have one which says what no better one says: a long page has it many times
 * @param read a candidate's passage; nothing when it cannot be had
 * @returns candidates, best first
 */
export async function prove(
  candidates: Candidate[],
  terms: readonly WantedTerm[],
  located: ReadonlyMap<SearchSite, LocatedWords>,
  gains: readonly number[],
  enough: { passages: number; pages: number },
  read: (candidate: Candidate) => Promise<FragmentPassage | undefined>,
): Promise<Candidate[]> {
  candidates.sort(byRank);
  const doubted = new Map<Candidate, number[]>();
  for (const candidate of candidates) {
    const doubts = candidate.exact.filter((t) => needsReading(terms[t], located.get(candidate.site)!.terms[t]));
    if (doubts.length > 0) doubted.set(candidate, doubts);
  }
  const doubtedPhrases = (candidate: Candidate) => doubted.get(candidate)!.filter((t) => isRequired(terms[t]));
  const toRead = [...doubted.keys()];
  const most = toRead.some((candidate) => doubtedPhrases(candidate).length > 0) ? MOST_READ_FOR_PHRASE : MOST_READ;
  const proved = new Map<Candidate, number[]>();
  const texts = new Set<string>();
  const pages = new Set<string>();
  let found = 0;
  const isEnough = () => found >= enough.passages && pages.size >= enough.pages;
  for (let from = 0; from < Math.min(toRead.length, most) && !isEnough(); from += MOST_READ) {
    const batch = toRead.slice(from, from + MOST_READ);
    const passages = await Promise.all(batch.map(read));
    batch.forEach((candidate, i) => {
      const passage = passages[i];
      const has = doubted.get(candidate)!.filter((t) => passage && hasTerm(passage, terms[t]));
      proved.set(candidate, has);
      if (!doubtedPhrases(candidate).every((t) => has.includes(t))) return;
      found++;
      if (!passage || texts.has(passage.text)) return;
      texts.add(passage.text);
      pages.add(pageKey(candidate));
    });
  }
  const kept = candidates.filter((candidate) => {
    const wrong = (doubted.get(candidate) ?? []).filter((t) => !proved.get(candidate)?.includes(t));
    candidate.exact = candidate.exact.filter((t) => !wrong.includes(t));
    for (const t of wrong) if (!isRequired(terms[t])) candidate.rank -= rankOf(candidate.site, gains[t]);
    return wrong.every((t) => !isRequired(terms[t]));
  });
  kept.sort(byRank);
  for (const candidate of await definitionsOf(kept, terms, read)) {
    candidate.rank += rankOf(candidate.site, definitionGain(terms, located.get(candidate.site)!.words));
  }
  return kept.sort(byRank);
}

/** Perfect query tokens as ranks count them. Whole before the weight, as scores are: what a search gives is the same everywhere. */
function rankOf({ index: { codec }, weight }: SearchSite, perfectTokens: number): number {
  return Math.round(perfectTokens * codec.queryScale * codec.codewordScale) * weight;
}

/**
 * @param declared names that indexes which are left out would have, or `any` when that is not known: nothing has them then
 * @throws LatelightError `bad-option` for a filter that none of the indexes has, or that is no list of values
 */
export function checkFilter(
  sites: readonly SearchSite[],
  declared: readonly string[] | 'any',
  wanted: Record<string, string[]>,
): void {
  checkValues('search: expected the values of filter', wanted);
  if (declared === 'any') return;
  const ofSites = sites.flatMap(({ index, filter }) => [...Object.keys(index.filters), ...Object.keys(filter)]);
  const known = new Set([...ofSites, ...declared]);
  for (const name of Object.keys(wanted)) {
    if (known.has(name)) continue;
    const names = [...known].sort().join(', ') || 'none';
    throw new LatelightError('bad-option', `search: expected a filter of this index (${names}), got ${name}.`);
  }
}

function bitmapOf(ids: Iterable<number>, passageCount: number): Uint32Array {
  const bitmap = new Uint32Array(Math.ceil(passageCount / 32));
  for (const id of ids) bitmap[id >> 5] |= 1 << (id & 31);
  return bitmap;
}

function both(a: Uint32Array | undefined, b: Uint32Array): Uint32Array {
  return a ? b.map((word, i) => word & a[i]) : b;
}
