// One search from text to hits: encode, look up exact words, score, choose, fetch what is shown, align. The worker and the CLI both
// run this, over one index or several of one model.

import type { Encoder } from '../encoder/encoder.ts';
import type { TableEncoder } from '../encoder/table-encoder.ts';
import { alignWords, type WordAlignment } from '../encoder/words.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { wordSpans } from '../format/fragment.ts';
import { quantizeQueryCpu } from '../kernels/quantize-query-cpu.ts';
import type { Explanation, Hit, Mark, QueryCodes, SearchRequest, SearchResult } from '../types.ts';
import { Aligner, type MatchedHit, type WordMatch, weakenCommonWords } from './align.ts';
import { termSpans } from './exact-match.ts';
import { type WantedTerm, withoutQuotes } from './exact-terms.ts';
import { cutExcerpt } from './excerpt.ts';
import type { SearchIndex } from './search-index.ts';
import { type EncodedQuery, type Searched, SearchRun, type Shown } from './search-run.ts';

export { DEFAULT_LIMIT, type Searched } from './search-run.ts';

/** An index that is searched alone. */
export function soleSite(index: SearchIndex, siteRoot = ''): Searched {
  return { sites: [{ index, site: 0, siteRoot, weight: 1, filter: {} }] };
}

/**
 * @throws LatelightError `bad-option` for a limit, filter, order or query that cannot be; `aborted`; what source and scorer throw
 */
export async function search(
  searched: Searched,
  encoder: Encoder,
  query: string,
  request: SearchRequest = {},
): Promise<SearchResult> {
  return run(searched, encoder, query, request, async () => {
    if (request.queryCodes) return { queryCodes: request.queryCodes };
    // Rows stay on the GPU when both the encoder and the scorer are there.
    const onGpu = searched.sites[0].index.scorer.backend === 'webgpu' && encoder.provider === 'webgpu';
    const text = withoutQuotes(query);
    return { rows: onGpu ? await encoder.encodeQueryOnGpu(text) : await encoder.encodeQuery(text) };
  });
}

/**
 * The same with a query table in the encoder's place. Nothing when the table knows no word of the query.
 * @throws LatelightError as `search` does
 */
export async function searchInstant(
  searched: Searched,
  encoder: TableEncoder,
  query: string,
  request: SearchRequest = {},
): Promise<SearchResult | undefined> {
  const queryCodes = encoder.queryCodes(withoutQuotes(query));
  return queryCodes && run(searched, encoder, query, request, async () => ({ queryCodes }));
}

/** The instant stage's answer to a query of which the table knows no word. */
export function nothingKnown({ sites }: Searched, encoder: TableEncoder, query: string): SearchResult {
  const [{ index }] = sites;
  return {
    query,
    stage: 'instant',
    hits: [],
    words: queryWords(query, alignWords(encoder.tokenizer, withoutQuotes(query), 'query')),
    exact: [],
    hasMore: false,
    queryCodes: { codes: new Int8Array(), tokenCount: 0, dim: index.codec.dim },
    backend: index.scorer.backend,
    encoder: encoder.provider,
    passageCount: passageCountOf(sites),
    timings: { encodeMs: 0, exactMs: 0, scoreMs: 0, fetchMs: 0, alignMs: 0, totalMs: 0 },
  };
}

async function run(
  searched: Searched,
  encoder: Encoder | TableEncoder,
  query: string,
  request: SearchRequest,
  encode: () => Promise<EncodedQuery>,
): Promise<SearchResult> {
  const { signal } = request;
  const steps = new SearchRun(searched, encoder.tokenizer, query, request);
  const started = performance.now();
  const locating = steps.locate();
  locating.catch(() => undefined); // heard of below, after the encoder
  const encoded = await encode();
  const encodedAt = performance.now();
  let locatedAt: number;
  let scored: Awaited<ReturnType<SearchRun['score']>>;
  try {
    await locating;
    locatedAt = performance.now();
    throwIfAborted(signal, 'search');
    scored = await steps.score(encoded);
  } finally {
    if ('rows' in encoded && 'release' in encoded.rows) encoded.rows.release();
  }
  throwIfAborted(signal, 'search');
  const scoredAt = performance.now();

  const proved = await steps.prove(scored.candidates);
  const provedAt = performance.now();

  const { queryCodes } = scored;
  const alignment = alignWords(encoder.tokenizer, withoutQuotes(query), 'query');
  const stage = encoder.provider === 'table' ? 'instant' : 'full';
  let facets: SearchResult['facets'];
  const present = async (limit?: number): Promise<SearchResult> => {
    const choosingAt = performance.now();
    const { shown, hasMore } = await steps.choose(proved, limit);
    throwIfAborted(signal, 'search');
    const fetchedAt = performance.now();
    const hits = presentHits(shown, queryCodes, alignment, steps.terms);
    facets ??= steps.facets(); // of all hits, whatever the limit
    const doneAt = performance.now();
    return {
      query,
      stage,
      hits,
      words: queryWords(query, alignment),
      exact: steps.exactTerms,
      hasMore,
      facets,
      queryCodes,
      backend: searched.sites[0].index.scorer.backend,
      encoder: encoder.provider,
      passageCount: passageCountOf(searched.sites),
      timings: {
        encodeMs: encodedAt - started,
        exactMs: locatedAt - encodedAt + (provedAt - scoredAt),
        scoreMs: scoredAt - locatedAt,
        fetchMs: fetchedAt - choosingAt,
        alignMs: doneAt - fetchedAt,
        totalMs: doneAt - started,
      },
    };
  };
  if (stage === 'instant' && steps.firstLimit !== undefined) request.onInstant?.(await present(steps.firstLimit));
  return present();
}

/** How passage `id` answers a query, word by word. @throws LatelightError `bad-option` for a passage that the index does not have */
export async function explain(index: SearchIndex, encoder: Encoder, query: string, id: number): Promise<Explanation> {
  const { passageCount } = index.manifest;
  if (!Number.isInteger(id) || id < 0 || id >= passageCount) {
    throw new LatelightError('bad-option', `explain: expected a passage below ${passageCount}, got ${id}.`);
  }
  const asked = withoutQuotes(query);
  const queryCodes = quantizeQueryCpu(await encoder.encodeQuery(asked), index.codec);
  const alignment = alignWords(encoder.tokenizer, asked, 'query');
  const { text, words, rowWords } = await index.passage(id);
  const spans = wordSpans(words);
  const { blocks } = index.passageCodes(id);
  const similarity = new Aligner(index.codec, queryCodes, alignment).similarities(blocks, rowWords, spans.length);
  return { text, queryWords: queryWords(query, alignment), words: spans, similarity };
}

function presentHits(shown: Shown[], queryCodes: QueryCodes, alignment: WordAlignment, terms: WantedTerm[]): Hit[] {
  const aligners = new Map<SearchIndex, Aligner>();
  for (const { index } of new Set(shown.map(({ candidate }) => candidate.site))) {
    aligners.set(index, new Aligner(index.codec, queryCodes, alignment));
  }
  const matches = weakenCommonWords(
    shown.map(({ candidate: { site, id }, passage: { text, words, rowWords } }): MatchedHit => {
      const { blocks } = site.index.passageCodes(id);
      return {
        matches: aligners.get(site.index)!.matches(blocks, rowWords),
        words: wordSpans(words).map(({ start, end }) => text.slice(start, end)),
      };
    }),
  );
  const strongest = strongestOf(matches);
  return shown.map(({ candidate, passage }, i): Hit => {
    const { url, title, headings, meta, text, words } = passage;
    const { id, page, score, exact, site } = candidate;
    const found = exact.flatMap((t) => exactMarks(text, terms[t], alignment));
    const cut = cutExcerpt(text, words, matches[i], strongest, found);
    return { id, page, site: site.site, siteRoot: site.siteRoot, url, title, headings, meta, score, exact, ...cut };
  });
}

/** Where a text has an exact term, marked for the first query word of the term. */
function exactMarks(text: string, term: WantedTerm, { words }: WordAlignment): Mark[] {
  const queryWord = Math.max(
    0,
    words.findIndex(({ end }) => end > term.start),
  );
  return termSpans(text, term).map((span) => ({ ...span, queryWord, strength: 1 }));
}

function passageCountOf(sites: Searched['sites']): number {
  return sites.reduce((sum, { index }) => sum + index.manifest.passageCount, 0);
}

function strongestOf(matches: WordMatch[][]): number {
  let strongest = 0;
  for (const match of matches.flat()) strongest = Math.max(strongest, match.similarity);
  return strongest;
}

function queryWords(query: string, alignment: WordAlignment) {
  return alignment.words.map(({ start, end }) => ({ text: query.slice(start, end), start, end }));
}
