// One search over one or several indexes, step by step; search.ts says in which order. Holds what the steps share.

import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import type { GpuQueryEmbeddings } from '../encoder/encoder.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import type { FragmentPassage } from '../format/fragment.ts';
import { MAX_QUERY_TOKENS, MAX_RESULTS } from '../format/layout.ts';
import type { ExactTerm, QueryCodes, SearchRequest, TokenEmbeddings } from '../types.ts';
import { allowed, type Candidate, checkFilterNames, gather, prove, type SearchSite } from './candidates.ts';
import { passagesWith, type TermPassages } from './exact-match.ts';
import { exactTerms, type WantedTerm } from './exact-terms.ts';
import { type Facets, facetsOf } from './facets.ts';
import { checkSelection, type Selection, selectHits } from './select-hits.ts';

export const DEFAULT_LIMIT = 10;
/** Pieces from which on a word is one that the model knows by its parts only. */
const UNKNOWN_PIECES = 3;

/** What a search is over: one index, or several whose hits become one list. */
export interface Searched {
  sites: readonly SearchSite[];
  /** Called when one of several indexes fails during a search: the others' hits are given without it. */
  onSiteFailure?: (site: SearchSite, error: unknown) => void;
}

/** A query as it is scored: codes, or rows that the first scorer makes codes of. */
export type EncodedQuery = { queryCodes: QueryCodes } | { rows: TokenEmbeddings | GpuQueryEmbeddings };

export class SearchRun {
  readonly terms: WantedTerm[];
  private readonly searched: Searched;
  private readonly request: SearchRequest;
  private readonly limit: number;
  private readonly located = new Map<SearchSite, TermPassages[]>();
  private readonly failed = new Set<SearchSite>();

  /** @throws LatelightError `bad-option` for a limit, filter or order that cannot be */
  constructor(searched: Searched, tokenizer: ColbertTokenizer, query: string, request: SearchRequest) {
    const { sites } = searched;
    const { limit = DEFAULT_LIMIT, filter = {}, exact = true } = request;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RESULTS) {
      throw new LatelightError('bad-option', `search: expected a limit of 1 to ${MAX_RESULTS}, got ${limit}.`);
    }
    checkFilterNames(sites, filter);
    checkSelection(request, sortsOf(sites));
    this.searched = searched;
    this.request = request;
    this.limit = limit;
    const hasLexicon = sites.some(({ index }) => index.hasLexicon);
    const isUnknown = (word: string) => tokenizer.bareIds(` ${word}`).length >= UNKNOWN_PIECES;
    this.terms = exact && hasLexicon ? exactTerms(query, isUnknown) : [];
  }

  get exactTerms(): ExactTerm[] {
    const lists = [...this.located.values()];
    return this.terms.map(({ text, quoted }, t) => ({
      text,
      quoted,
      found: lists.some((terms) => terms[t].length > 0),
    }));
  }

  /** Looks up where the exact terms may occur. */
  async locate(): Promise<void> {
    const { signal } = this.request;
    await Promise.all(
      this.searched.sites.map((site) =>
        this.tolerantly(site, async () => {
          this.located.set(site, await Promise.all(this.terms.map((term) => passagesWith(site.index, term, signal))));
        }),
      ),
    );
  }

  /** Scores every index: the candidates of all, and the query as it was scored. */
  async score(encoded: EncodedQuery): Promise<{ candidates: Candidate[]; queryCodes: QueryCodes }> {
    const { filter = {}, perPage } = this.request;
    const k = perPage === undefined ? Math.min(MAX_RESULTS, this.limit + 1) : MAX_RESULTS;
    const candidates: Candidate[] = [];
    let query = encoded;
    for (const [site, located] of this.located) {
      const { scorer } = site.index;
      const bitmap = allowed(site, filter, this.terms, located);
      const options = { k, filter: bitmap };
      checkTokenCount('rows' in query ? query.rows.tokenCount : query.queryCodes.tokenCount);
      const top =
        'rows' in query
          ? await scorer.searchEmbeddings(query.rows, options)
          : { ...query, ...(await scorer.search(query.queryCodes, options)) };
      query = { queryCodes: top.queryCodes };
      candidates.push(...(await gather(site, query.queryCodes, this.terms, located, bitmap, top, k)));
    }
    if ('rows' in query)
      throw new LatelightError('download-failed', 'search: expected an index that can be read, got none.');
    return { candidates, queryCodes: query.queryCodes };
  }

  /** Reads what must be read to be sure of exact terms, and chooses what is shown. */
  async choose(candidates: Candidate[]): Promise<Selection> {
    const proved = await prove(candidates, this.terms, this.located, (candidate) => this.passage(candidate));
    throwIfAborted(this.request.signal, 'search');
    return selectHits(proved, this.request, this.limit);
  }

  /** Text and metadata of a candidate; nothing when its site is one of several and fails. */
  async passage({ site, id }: Candidate): Promise<FragmentPassage | undefined> {
    return this.tolerantly(site, () => site.index.passage(id, this.request.signal));
  }

  facets(): Facets | undefined {
    if (!this.request.facets) return undefined;
    return facetsOf([...this.located.keys()], this.request.filter, this.terms, this.located);
  }

  /** Runs a step of one site; when it is one of several, its failure leaves it out. */
  private async tolerantly<T>(site: SearchSite, step: () => Promise<T>): Promise<T | undefined> {
    const { sites, onSiteFailure } = this.searched;
    try {
      return await step();
    } catch (error) {
      if (sites.length === 1 || this.request.signal?.aborted) throw error;
      if (!this.failed.has(site)) onSiteFailure?.(site, error);
      this.failed.add(site);
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
