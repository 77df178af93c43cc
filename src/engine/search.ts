// One search from text to hits: encode, look up words, score, choose, fetch what is shown, align. The worker and the CLI both
// run this, over one index or several of one model.

import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { TableEncoder } from '../encoder/table-encoder.ts';
import { alignWords, type WordAlignment } from '../encoder/words.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { wordSpans } from '../format/fragment.ts';
import { quantizeQueryCpu } from '../kernels/quantize-query-cpu.ts';
import type { Explanation, SearchRequest, SearchResult, Stage } from '../types.ts';
import { Aligner } from './align.ts';
import { withoutQuotes } from './exact-terms.ts';
import { HitPresenter } from './present-hits.ts';
import type { SearchIndex } from './search-index.ts';
import { type EncodedQuery, type Searched, SearchRun } from './search-run.ts';

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

/**
 * One index's passages in the order that `search` gives them, without the text of those that are shown.
 * @param encode the query's codes or rows; nothing for a query that is not known, which finds nothing
 * @returns ids, best first, at most `k`; milliseconds of encoding, and of words and scores
 */
export async function rankPassages(
  index: SearchIndex,
  tokenizer: ColbertTokenizer,
  query: string,
  encode: () => Promise<EncodedQuery | undefined>,
  k: number,
): Promise<{ ids: number[]; encodeMs: number; rankMs: number }> {
  const started = performance.now();
  const encoded = await encode();
  const encodeMs = performance.now() - started;
  if (!encoded) return { ids: [], encodeMs, rankMs: 0 };
  const steps = new SearchRun(soleSite(index), tokenizer, query, { limit: k });
  const { proved } = await find(steps, async () => encoded, undefined);
  const ids = proved.slice(0, k).map(({ id }) => id);
  return { ids, encodeMs, rankMs: performance.now() - started - encodeMs };
}

/** The answer to a query that says nothing: without a letter or digit, or, in the instant stage, without a word that the table knows. */
export function nothingKnown({ sites }: Searched, encoder: Encoder | TableEncoder, query: string): SearchResult {
  const [{ index }] = sites;
  return {
    query,
    stage: stageOf(encoder),
    hits: [],
    words: queryWords(query, alignWords(encoder.tokenizer, withoutQuotes(query), 'query')),
    exact: [],
    phrasesMissed: false,
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
  // The model has a row for a question mark too, and something is always nearest to it.
  if (!request.queryCodes && !/[\p{L}\p{N}]/u.test(query)) return nothingKnown(searched, encoder, query);
  const { proved, queryCodes, ...foundIn } = await find(steps, encode, signal);
  const alignment = alignWords(encoder.tokenizer, withoutQuotes(query), 'query');
  const presenter = new HitPresenter(queryCodes, alignment, steps.terms);
  const stage = stageOf(encoder);
  let facets: SearchResult['facets'];
  const present = async (limit?: number): Promise<SearchResult> => {
    const choosingAt = performance.now();
    const { shown, hasMore } = await steps.choose(proved, limit);
    throwIfAborted(signal, 'search');
    const fetchedAt = performance.now();
    const hits = presenter.present(shown);
    facets ??= steps.facets(); // of all hits, whatever the limit
    const timings = { ...foundIn, fetchMs: fetchedAt - choosingAt, alignMs: performance.now() - fetchedAt };
    return {
      query,
      stage,
      hits,
      words: queryWords(query, alignment),
      exact: steps.exactTerms,
      phrasesMissed: steps.phrasesMissed,
      hasMore,
      facets,
      queryCodes,
      backend: searched.sites[0].index.scorer.backend,
      encoder: encoder.provider,
      passageCount: passageCountOf(searched.sites),
      timings: { ...timings, totalMs: Object.values(timings).reduce((sum, ms) => sum + ms) },
    };
  };
  // What it returns is waited for: the rest must not hold up the painting of the first.
  if (stage === 'instant' && steps.firstLimit !== undefined) await request.onInstant?.(await present(steps.firstLimit));
  return present();
}

/** Encodes, looks up words and scores. @returns candidates, best first, and the milliseconds of each step */
async function find(steps: SearchRun, encode: () => Promise<EncodedQuery>, signal: AbortSignal | undefined) {
  const started = performance.now();
  const locating = steps.locate();
  locating.catch(() => undefined); // heard of below, after the encoder
  const encoded = await encode();
  const encodedAt = performance.now();
  try {
    await locating;
    const locatedAt = performance.now();
    throwIfAborted(signal, 'search');
    const { candidates, queryCodes } = await steps.score(encoded);
    throwIfAborted(signal, 'search');
    const scoredAt = performance.now();
    const proved = await steps.prove(candidates, queryCodes);
    const exactMs = locatedAt - encodedAt + (performance.now() - scoredAt);
    return { proved, queryCodes, encodeMs: encodedAt - started, exactMs, scoreMs: scoredAt - locatedAt };
  } finally {
    if ('rows' in encoded && 'release' in encoded.rows) encoded.rows.release();
  }
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

function stageOf({ provider }: Encoder | TableEncoder): Stage {
  return provider === 'table' ? 'instant' : 'full';
}

function passageCountOf(sites: Searched['sites']): number {
  return sites.reduce((sum, { index }) => sum + index.manifest.passageCount, 0);
}

function queryWords(query: string, alignment: WordAlignment) {
  return alignment.words.map(({ start, end }) => ({ text: query.slice(start, end), start, end }));
}
