// One search from text to hits: encode, look up words, score, choose, fetch what is shown, align. The worker and the CLI both
// run this, over one index or several of one model.

import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { TableEncoder } from '../encoder/table-encoder.ts';
import { alignWords, type WordAlignment } from '../encoder/words.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { wordSpans } from '../format/fragment.ts';
import { quantizeQueryCpu } from '../kernels/quantize-query-cpu.ts';
import type { Correction, Explanation, QueryWord, SearchRequest, SearchResult, Stage } from '../types.ts';
import { Aligner } from './align.ts';
import { corrected, offsetAsAsked } from './corrections.ts';
import { withoutQuotes } from './exact-terms.ts';
import { corrections } from './known-words.ts';
import { HitPresenter } from './present-hits.ts';
import type { SearchIndex } from './search-index.ts';
import { type EncodedQuery, expectRequest, type Searched, SearchRun } from './search-run.ts';

export { DEFAULT_LIMIT, type Searched } from './search-run.ts';

/** An index that is searched alone. */
export function soleSite(index: SearchIndex, siteRoot = ''): Searched {
  return { sites: [{ index, site: 0, siteRoot, weight: 1, filter: {} }] };
}

/** Gives nothing for a query that is not known, which finds nothing. */
type Encode = (text: string) => Promise<EncodedQuery | undefined>;

/**
 * @throws LatelightError `bad-option` for a limit, filter, order or query that cannot be; `aborted`; what source and scorer throw
 */
export async function search(
  searched: Searched,
  encoder: Encoder,
  query: string,
  request: SearchRequest = {},
): Promise<SearchResult> {
  const result = await run(searched, encoder, query, request, async (asked) => {
    if (request.queryCodes) return { queryCodes: request.queryCodes };
    // Rows stay on the GPU when both the encoder and the scorer are there.
    const onGpu = searched.sites[0].index.scorer.backend === 'webgpu' && encoder.provider === 'webgpu';
    const text = withoutQuotes(asked);
    return { rows: onGpu ? await encoder.encodeQueryOnGpu(text) : await encoder.encodeQuery(text) };
  });
  return result!; // an encoder knows all words
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
  return run(searched, encoder, query, request, async (asked) => {
    const queryCodes = encoder.queryCodes(withoutQuotes(asked));
    return queryCodes && { queryCodes };
  });
}

/** The same where the table alone is asked: a query of which it knows no word finds nothing. */
export async function searchTable(
  searched: Searched,
  encoder: TableEncoder,
  query: string,
  request: SearchRequest = {},
): Promise<SearchResult> {
  return (await searchInstant(searched, encoder, query, request)) ?? nothingKnown(searched, encoder, query);
}

/**
 * One index's passages in the order that `search` gives them, without the text of those that are shown.
 * @param encode what is searched for: the query with what stands for its misspelt words, where `typoTolerance` is on
 * @returns ids, best first, at most `k`; milliseconds of encoding, and of words and scores
 */
export async function rankPassages(
  index: SearchIndex,
  tokenizer: ColbertTokenizer,
  query: string,
  encode: Encode,
  k: number,
  typoTolerance = true,
): Promise<{ ids: number[]; encodeMs: number; rankMs: number }> {
  const started = performance.now();
  const found = await find(soleSite(index), tokenizer, query, { limit: k, typoTolerance }, encode);
  const totalMs = performance.now() - started;
  if (!found) return { ids: [], encodeMs: totalMs, rankMs: 0 };
  const { proved, encodeMs } = found;
  return { ids: proved.slice(0, k).map(({ id }) => id), encodeMs, rankMs: totalMs - encodeMs };
}

/** The answer to a query that says nothing: without a letter or digit, or, in the instant stage, without a word that the table knows. */
function nothingKnown({ sites }: Searched, encoder: Encoder | TableEncoder, query: string): SearchResult {
  const [{ index }] = sites;
  return {
    query,
    stage: stageOf(encoder),
    hits: [],
    words: queryWords(query, alignWords(encoder.tokenizer, withoutQuotes(query), 'query'), []),
    corrections: [],
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
  encode: Encode,
): Promise<SearchResult | undefined> {
  const { signal } = request;
  // The model has a row for a question mark too, and something is always nearest to it.
  if (!request.queryCodes && !/[\p{L}\p{N}]/u.test(query)) {
    expectRequest(searched, request);
    return nothingKnown(searched, encoder, query);
  }
  const found = await find(searched, encoder.tokenizer, query, request, encode);
  if (!found) return undefined;
  const { steps, proved, queryCodes, replaced, ...foundIn } = found;
  const alignment = alignWords(encoder.tokenizer, withoutQuotes(corrected(query, replaced)), 'query');
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
      words: queryWords(query, alignment, replaced),
      corrections: replaced,
      exact: steps.exactTerms.map((term, t) => ({ ...term, text: textAsAsked(query, steps.terms[t], replaced) })),
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

/**
 * Encodes, looks up words and scores. What stands for misspelt words may have to be fetched, and words are seldom misspelt: the query is
 * encoded and looked up as it is meanwhile.
 * @returns candidates, best first, what was replaced, and the milliseconds of each step; nothing when `encode` gives nothing
 */
async function find(
  searched: Searched,
  tokenizer: ColbertTokenizer,
  query: string,
  request: SearchRequest,
  encode: Encode,
) {
  const { signal } = request;
  const started = performance.now();
  let encodeMs = 0;
  let encoded: EncodedQuery | undefined;
  const prepare = (text: string) => {
    const steps = new SearchRun(searched, tokenizer, text, request);
    const locating = steps.locate();
    locating.catch(() => undefined); // heard of below, after the encoder
    return { steps, locating };
  };
  const encodeTimed = async (text: string) => {
    const encodingAt = performance.now();
    release(encoded);
    encoded = undefined;
    encoded = await encode(text);
    encodeMs += performance.now() - encodingAt;
  };
  try {
    let { steps, locating } = prepare(query);
    const correcting = replacedWords(searched, tokenizer, query, request);
    const known = await Promise.race([correcting, nextTask()]);
    if (!known?.length) await encodeTimed(query);
    const replaced = await correcting;
    throwIfAborted(signal, 'search');
    if (replaced.length > 0) {
      const text = corrected(query, replaced);
      ({ steps, locating } = prepare(text));
      await encodeTimed(text);
    }
    if (!encoded) return undefined;
    await locating;
    const locatedAt = performance.now();
    throwIfAborted(signal, 'search');
    const { candidates, queryCodes } = await steps.score(encoded);
    throwIfAborted(signal, 'search');
    const scoredAt = performance.now();
    const proved = await steps.prove(candidates, queryCodes);
    const exactMs = locatedAt - started - encodeMs + (performance.now() - scoredAt);
    return { steps, proved, queryCodes, replaced, encodeMs, exactMs, scoreMs: scoredAt - locatedAt };
  } finally {
    release(encoded);
  }
}

function release(encoded: EncodedQuery | undefined): void {
  if (encoded && 'rows' in encoded && 'release' in encoded.rows) encoded.rows.release();
}

/** A lexicon that cannot be had leaves the query as it is. */
async function replacedWords(
  { sites }: Searched,
  tokenizer: ColbertTokenizer,
  query: string,
  { typoTolerance = true, signal }: SearchRequest,
): Promise<Correction[]> {
  if (!typoTolerance) return [];
  const lexicons = sites.map(({ index }) => index.lexicon);
  return corrections(lexicons, tokenizer, query, signal).catch(() => []);
}

/** Chunks that are here already need no longer than this. */
function nextTask(): Promise<undefined> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(undefined);
  });
}

/**
 * How passage `id` of one of the indexes answers a query, word by word.
 * @throws LatelightError `bad-option` for a passage that the index does not have
 */
export async function explain(
  searched: Searched,
  index: SearchIndex,
  encoder: Encoder,
  query: string,
  id: number,
  request: Pick<SearchRequest, 'typoTolerance'> = {},
): Promise<Explanation> {
  const { passageCount } = index.manifest;
  if (!Number.isInteger(id) || id < 0 || id >= passageCount) {
    throw new LatelightError('bad-option', `explain: expected a passage below ${passageCount}, got ${id}.`);
  }
  const replaced = await replacedWords(searched, encoder.tokenizer, query, request);
  const text = withoutQuotes(corrected(query, replaced));
  const queryCodes = quantizeQueryCpu(await encoder.encodeQuery(text), index.codec);
  const alignment = alignWords(encoder.tokenizer, text, 'query');
  const passage = await index.passage(id);
  const words = wordSpans(passage.words);
  const { blocks } = index.passageCodes(id);
  const aligner = new Aligner(index.codec, queryCodes, alignment);
  const similarity = aligner.similarities(blocks, passage.rowWords, words.length);
  return { text: passage.text, queryWords: queryWords(query, alignment, replaced), words, similarity };
}

function stageOf({ provider }: Encoder | TableEncoder): Stage {
  return provider === 'table' ? 'instant' : 'full';
}

function passageCountOf(sites: Searched['sites']): number {
  return sites.reduce((sum, { index }) => sum + index.manifest.passageCount, 0);
}

/** As they stand in the query that was asked. */
function queryWords(query: string, { words }: WordAlignment, replaced: Correction[]): QueryWord[] {
  return words.map((word) => {
    const [start, end] = [word.start, word.end].map((offset) => offsetAsAsked(replaced, offset));
    return { text: query.slice(start, end), start, end };
  });
}

function textAsAsked(query: string, { start, end }: { start: number; end: number }, replaced: Correction[]): string {
  return query.slice(offsetAsAsked(replaced, start), offsetAsAsked(replaced, end));
}
