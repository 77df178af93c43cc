// One search over one or several indexes, step by step; search.ts says in which order. Holds what the steps share.

import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import type { GpuQueryEmbeddings } from '../encoder/encoder.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import type { FragmentPassage } from '../format/fragment.ts';
import { MAX_QUERY_TOKENS, MAX_RESULTS } from '../format/layout.ts';
import type { TokenEmbeddings } from '../shared-types.ts';
import type { ExactTerm, QueryCodes, SearchRequest } from '../types.ts';
import { allowed, type Candidate, checkFilter, gather, prove, type SearchSite } from './candidates.ts';
import { needsReading, passagesWith, type TermPassages } from './exact-match.ts';
import { exactTerms, isRequired, isUnspaced, type WantedTerm, wholeTerm } from './exact-terms.ts';
import { type Facets, facetsOf } from './facets.ts';
import type { LexiconReader } from './lexicon-reader.ts';
import { onOtherPages, repeatsOf } from './repeats.ts';
import { checkSelection, orderable, pagesWanted, selectHits } from './select-hits.ts';
import { type LocatedWords, type SharedWord, sharedWords, type WordGains, wordGains } from './word-gains.ts';

export const DEFAULT_LIMIT = 10;
/** Pieces from which on a word is one that the model knows by its parts only. */
const UNKNOWN_PIECES = 3;

/** What a search is over: one index, or several whose hits become one list. */
export interface Searched {
  sites: readonly SearchSite[];
  /** Filter names of indexes that are left out, or `any` when they are not known: asking for them is no mistake. */
  declaredFilters?: readonly string[] | 'any';
  /** Called when one of several indexes fails during a search: the others' hits are given without it. */
  onSiteFailure?: (site: SearchSite, error: unknown) => void;
}

/** A query as it is scored: codes, or rows that the first scorer makes codes of. */
export type EncodedQuery = { queryCodes: QueryCodes } | { rows: TokenEmbeddings | GpuQueryEmbeddings };

interface Located extends LocatedWords {
  /** By exact term: as `terms`, but for one whose last word is still typed those that have it as it stands. */
  whole: TermPassages[];
}

/** A candidate that is shown, with its text. */
export interface Shown {
  candidate: Candidate;
  passage: FragmentPassage;
  /** Of other pages that say the same, and are not shown for it. */
  repeats: Pick<Shown, 'candidate' | 'passage'>[];
}

/** How many times as many pages as are wanted are read where passages repeat others. */
const MOST_READ_AHEAD = 4;

/** @throws LatelightError `bad-option` for a limit, filter or order that cannot be */
export function expectRequest({ sites, declaredFilters = [] }: Searched, request: SearchRequest): void {
  const { limit = DEFAULT_LIMIT, firstLimit } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RESULTS) {
    throw new LatelightError('bad-option', `search: expected a limit of 1 to ${MAX_RESULTS}, got ${limit}.`);
  }
  if (firstLimit !== undefined && (!Number.isInteger(firstLimit) || firstLimit < 1)) {
    throw new LatelightError(
      'bad-option',
      `search: expected firstLimit to be a whole number from 1, got ${firstLimit}.`,
    );
  }
  checkFilter(sites, declaredFilters, request.filter ?? {});
  checkSelection(request, sortsOf(sites));
}

export class SearchRun {
  terms: WantedTerm[] = [];
  /** After `prove`: whether no passage has all phrases in quotation marks. */
  phrasesMissed = false;
  private readonly searched: Searched;
  private readonly request: SearchRequest;
  private readonly filter: Record<string, string[]>;
  private readonly limit: number;
  /** Hits, or pages, to be given before the others. */
  readonly firstLimit: number | undefined;
  /** Keys of the words that count beside the exact terms. */
  private words: readonly SharedWord[] = [];
  /** Makes `terms` and `words` of the query. */
  private readonly read: (loosely: boolean) => void;
  private readonly located = new Map<SearchSite, Located>();
  private gains: WordGains = { terms: [], words: [] };
  private readonly failed = new Map<SearchSite, unknown>();
  /** Terms that some passage has. */
  private readonly found = new Set<number>();

  /** @throws LatelightError as `expectRequest` */
  constructor(searched: Searched, tokenizer: ColbertTokenizer, query: string, request: SearchRequest) {
    expectRequest(searched, request);
    const { sites } = searched;
    const { limit = DEFAULT_LIMIT, firstLimit, exact = true } = request;
    this.searched = searched;
    this.request = request;
    // Nothing ticked under a name is no filter.
    this.filter = Object.fromEntries(Object.entries(request.filter ?? {}).filter(([, values]) => values.length > 0));
    this.limit = limit;
    this.firstLimit = firstLimit !== undefined && firstLimit < limit ? firstLimit : undefined;
    const hasLexicon = sites.some(({ index }) => !index.lexicon.isEmpty);
    const isUnknown = (word: string) => {
      const ids = tokenizer.bareIds(` ${word}`);
      if (ids.length >= UNKNOWN_PIECES) return true;
      // A vocabulary that was not made for such a script has single characters of it, and not all of them.
      return isUnspaced(word) && (ids.length >= [...word].length || ids.includes(tokenizer.unknownId ?? -1));
    };
    this.read = (loosely) => {
      this.terms = exactTerms(query, isUnknown, loosely);
      this.words = sharedWords(
        query,
        this.terms.filter((term) => !term.isLoose && !term.isSequence),
      );
    };
    if (exact && hasLexicon) this.read(false);
  }

  /** After `prove`: what was looked up, and whether it is anywhere, as far as passages were read. */
  get exactTerms(): ExactTerm[] {
    return this.terms.map(({ text, quoted }, t) => ({ text, quoted, found: this.found.has(t) }));
  }

  /** Looks up where the exact terms may occur, and who has the other words. */
  async locate(): Promise<void> {
    const { sites } = this.searched;
    this.located.clear();
    const located = await Promise.all(
      sites.map((site) => this.tolerantly(site, () => this.locateIn(site.index.lexicon, sites.length === 1))),
    );
    located.forEach((words, at) => {
      if (words) this.located.set(sites[at], words);
    });
    const withLexicon = [...this.located].filter(([{ index }]) => !index.lexicon.isEmpty);
    this.gains = wordGains(
      this.terms,
      this.words,
      withLexicon.map(([{ index }, words]) => ({ passageCount: index.manifest.passageCount, located: words })),
    );
  }

  /**
   * A lexicon that cannot be had leaves the search by meaning. Of several indexes, one that cannot say who has an exact term is left
   * out instead: a phrase in quotation marks would have to be looked for in all of its text.
   */
  private async locateIn(lexicon: LexiconReader, isSole: boolean): Promise<Located> {
    const { signal } = this.request;
    const unless =
      (isFatal: boolean) =>
      <T>(instead: T) =>
      (error: unknown): T => {
        if (isFatal || signal?.aborted) throw error;
        return instead;
      };
    const unknown = { own: 'common' as const, forms: new Uint32Array() };
    const withTerm = (term: WantedTerm) =>
      passagesWith(lexicon, term, signal).catch(unless(!isSole)('anywhere' as const));
    const terms = this.terms.map(withTerm);
    const whole = this.terms.map((term, t) => (term.isPrefix ? withTerm(wholeTerm(term)) : terms[t]));
    const words = this.words.map(({ key }) => lexicon.wordPassages(key, signal).catch(unless(false)(unknown)));
    const [ofTerms, ofWhole, ofWords] = await Promise.all([Promise.all(terms), Promise.all(whole), Promise.all(words)]);
    return { terms: ofTerms, whole: ofWhole, words: ofWords };
  }

  /** Scores every index: the candidates of all, and the query as it was scored. */
  async score(encoded: EncodedQuery): Promise<{ candidates: Candidate[]; queryCodes: QueryCodes }> {
    const { filter } = this;
    const isRead = [...this.located.values()].some((located) =>
      this.terms.some((term, t) => isRequired(term) && needsReading(term, located.terms[t])),
    );
    const isFew = this.request.perPage === undefined && !isRead && this.words.length === 0;
    const k = isFew ? Math.min(MAX_RESULTS, this.limit + 1) : MAX_RESULTS;
    const candidates: Candidate[] = [];
    let query = encoded;
    for (const [site, located] of this.located) {
      const { scorer } = site.index;
      const options = { k, filter: allowed(site, filter, this.terms, located.terms) };
      // Codes are the caller's: the scorer checks them.
      if ('rows' in query) checkTokenCount(query.rows.tokenCount);
      const top =
        'rows' in query
          ? await scorer.searchEmbeddings(query.rows, options)
          : { ...query, ...(await scorer.search(query.queryCodes, options)) };
      query = { queryCodes: top.queryCodes };
      const { terms, gains } = this;
      candidates.push(...(await gather(site, { ...top, ...options }, { terms, located, gains })));
    }
    if ('rows' in query)
      throw new LatelightError('download-failed', 'search: expected an index that can be read, got none.');
    return { candidates, queryCodes: query.queryCodes };
  }

  /**
   * Reads what must be read to be sure of exact terms. When no passage has all phrases that must occur, looks again for passages that
   * need not have them.
   * @returns candidates, best first
   */
  async prove(candidates: Candidate[], queryCodes: QueryCodes): Promise<Candidate[]> {
    const passages = (this.limit + 1) * (this.request.perPage ?? 1);
    const enough = { passages, pages: pagesWanted(this.request, this.limit) };
    const read = (candidate: Candidate) => this.passage(candidate);
    const proved = await prove(candidates, this.terms, this.located, this.gains.terms, enough, read);
    if (proved.length === 0 && this.terms.some(isRequired)) {
      this.phrasesMissed = true;
      this.read(true);
      await this.locate();
      const scored = await this.score({ queryCodes });
      return this.prove(scored.candidates, queryCodes);
    }
    this.remember(proved);
    return proved;
  }

  /**
   * Chooses what is shown and fetches its text. When a site fails meanwhile, others take its place; so they do for passages that repeat one
   * that is shown, where pages are asked for.
   * @param proved what `prove` gave
   * @throws what the first site failed with, when all have
   */
  async choose(proved: Candidate[], limit = this.limit): Promise<{ shown: Shown[]; hasMore: boolean }> {
    const { perPage, sort, signal } = this.request;
    const read = new Map<Candidate, FragmentPassage>();
    let repeats = new Map<Candidate, Candidate>();
    const select = (most: number) => {
      const there = proved.filter(({ site }) => !this.failed.has(site));
      const candidates = orderable(there, this.request).filter((candidate) => !repeats.has(candidate));
      return selectHits(candidates, this.request, most);
    };
    for (let most = limit; ; ) {
      throwIfAborted(signal, 'search');
      const failures = this.failed.size;
      const { chosen: wanted } = select(most);
      const passages = await Promise.all(wanted.map((candidate) => read.get(candidate) ?? this.passage(candidate)));
      if (this.failed.size === this.searched.sites.length) throw [...this.failed.values()][0];
      if (this.failed.size > failures) continue;
      wanted.forEach((candidate, i) => {
        if (passages[i]) read.set(candidate, passages[i]);
      });
      // The best stands for the others; in another order the first does, so that it still does when more are asked for.
      const inOrder = new Set(sort ? [...wanted, ...read.keys()] : proved);
      const alike = [...inOrder].filter((one) => read.has(one) && !this.failed.has(one.site));
      if (perPage !== undefined) repeats = repeatsOf(alike.map((one) => [one, read.get(one)!]));
      const { chosen, hasMore } = select(limit);
      if (most < limit * MOST_READ_AHEAD && !chosen.every((one) => read.has(one))) {
        most *= 2;
        continue;
      }
      const withText = (candidate: Candidate) => ({ candidate, passage: read.get(candidate)! });
      const shown = chosen
        .filter((candidate) => read.has(candidate))
        .map((one) => ({ ...withText(one), repeats: onOtherPages(one, repeats).map(withText) }));
      return { shown, hasMore };
    }
  }

  /**
   * Notes which terms are anywhere, and where a phrase that had to be read was found: facets count by that. What the filter leaves out
   * was not read, and may have it.
   */
  private remember(proved: Candidate[]): void {
    for (const [site, located] of this.located) {
      const passed = allowed(site, this.filter, [], []);
      const isLeftOut = (id: number) => passed !== undefined && ((passed[id >> 5] >> (id & 31)) & 1) === 0;
      this.terms.forEach((term, t) => {
        const list = located.whole[t];
        const having = proved.filter(
          (candidate) =>
            candidate.site === site &&
            candidate.exact.includes(t) &&
            (list === 'anywhere' || list.includes(candidate.id)),
        );
        const isListed = !needsReading(term, list) && list.length > 0;
        // A single word that is too common to be listed is anywhere.
        const isCommon = list === 'anywhere' && term.keys.length === 1;
        if (isListed || isCommon || having.length > 0) this.found.add(t);
        if (isRequired(term) && needsReading(term, list)) {
          const maybe = list === 'anywhere' ? site.index.pageOf.keys() : list;
          located.terms[t] = Uint32Array.from([...having.map(({ id }) => id), ...[...maybe].filter(isLeftOut)]).sort();
        }
      });
    }
  }

  /** Text and metadata of a candidate; nothing when its site is one of several and fails. */
  async passage({ site, id }: Candidate): Promise<FragmentPassage | undefined> {
    return this.tolerantly(site, () => site.index.passage(id, this.request.signal));
  }

  facets(): Facets | undefined {
    if (!this.request.facets) return undefined;
    return facetsOf([...this.located.keys()], this.filter, this.terms, this.located);
  }

  /** Runs a step of one site; when it is one of several, its failure leaves it out. */
  private async tolerantly<T>(site: SearchSite, step: () => Promise<T>): Promise<T | undefined> {
    const { sites, onSiteFailure } = this.searched;
    try {
      return await step();
    } catch (error) {
      if (sites.length === 1 || this.request.signal?.aborted) throw error;
      if (!this.failed.has(site)) onSiteFailure?.(site, error);
      this.failed.set(site, error);
      return undefined;
    }
  }
}

/** Names that pages of any of the indexes can be ordered by. */
export function sortsOf(sites: readonly SearchSite[]): string[] {
  return [...new Set(sites.flatMap(({ index }) => Object.keys(index.pages.sorts)))].sort();
}

function checkTokenCount(tokenCount: number): void {
  if (tokenCount <= MAX_QUERY_TOKENS) return;
  throw new LatelightError(
    'bad-model',
    `search: expected at most ${MAX_QUERY_TOKENS} query tokens, got ${tokenCount}. Index with a shorter query length.`,
  );
}
