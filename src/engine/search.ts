// One search from text to hits: encode, score, fetch what is shown, align. The worker and the CLI both run this.

import type { Encoder } from '../encoder/encoder.ts';
import type { TableEncoder } from '../encoder/table-encoder.ts';
import { alignWords, type WordAlignment } from '../encoder/words.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { wordSpans } from '../format/fragment.ts';
import { MAX_QUERY_TOKENS, MAX_RESULTS } from '../format/layout.ts';
import type { Hit, QueryCodes, SearchRequest, SearchResult, TopK } from '../types.ts';
import { alignPassage, type WordMatch, weakenCommonWords } from './align.ts';
import { cutExcerpt } from './excerpt.ts';
import type { SearchOptions } from './scorer.ts';
import type { SearchIndex } from './search-index.ts';

export const DEFAULT_LIMIT = 10;

interface Scored {
  top: TopK;
  queryCodes: QueryCodes;
  encodedAt: number;
}

/**
 * @throws LatelightError `bad-option` for a limit, filter or query that cannot be; `aborted`; what source and scorer throw
 */
export async function search(
  index: SearchIndex,
  encoder: Encoder,
  query: string,
  request: SearchRequest = {},
): Promise<SearchResult> {
  const options = searchOptions(index, request);
  const started = performance.now();
  const scored = request.queryCodes
    ? await scoreCodes(index, request.queryCodes, options)
    : await encodeAndScore(index, encoder, query, options, request.signal);
  return present(index, encoder, query, request.signal, started, scored);
}

/**
 * The same with a query table in the encoder's place. Nothing when the table knows no word of the query.
 * @throws LatelightError as `search` does
 */
export async function searchInstant(
  index: SearchIndex,
  encoder: TableEncoder,
  query: string,
  request: SearchRequest = {},
): Promise<SearchResult | undefined> {
  const options = searchOptions(index, request);
  const started = performance.now();
  const queryCodes = encoder.queryCodes(query);
  if (!queryCodes) return undefined;
  checkTokenCount(queryCodes.tokenCount);
  return present(index, encoder, query, request.signal, started, await scoreCodes(index, queryCodes, options));
}

function searchOptions(index: SearchIndex, { limit = DEFAULT_LIMIT, filter }: SearchRequest): SearchOptions {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RESULTS) {
    throw new LatelightError('bad-option', `search: expected a limit of 1 to ${MAX_RESULTS}, got ${limit}.`);
  }
  return { k: limit, filter: index.bitmap(filter) };
}

/** From ids and scores to what is shown: text of the hits, and which of its words matched. */
async function present(
  index: SearchIndex,
  encoder: Encoder | TableEncoder,
  query: string,
  signal: AbortSignal | undefined,
  started: number,
  { top, queryCodes, encodedAt }: Scored,
): Promise<SearchResult> {
  throwIfAborted(signal, 'search');
  const scoredAt = performance.now();

  const passages = await Promise.all(Array.from(top.ids, (id) => index.passage(id, signal)));
  throwIfAborted(signal, 'search');
  const fetchedAt = performance.now();

  const alignment = alignWords(encoder.tokenizer, query, 'query');
  const matches = weakenCommonWords(
    passages.map((passage, i) => {
      const { blocks } = index.passageCodes(top.ids[i]);
      const matches = alignPassage(index.codec, queryCodes, alignment, blocks, passage.rowWords);
      return { matches, words: wordSpans(passage.words).map(({ start, end }) => passage.text.slice(start, end)) };
    }),
  );
  const strongest = strongestOf(matches);
  const hits = passages.map((passage, i): Hit => {
    const { url, title, headings, meta } = passage;
    const cut = cutExcerpt(passage.text, passage.words, matches[i], strongest);
    return { id: top.ids[i], url, title, headings, meta, score: top.scores[i], ...cut };
  });
  const doneAt = performance.now();
  return {
    query,
    stage: encoder.provider === 'table' ? 'instant' : 'full',
    hits,
    words: queryWords(query, alignment),
    queryCodes,
    backend: index.scorer.backend,
    encoder: encoder.provider,
    passageCount: index.manifest.passageCount,
    timings: {
      encodeMs: encodedAt - started,
      scoreMs: scoredAt - encodedAt,
      fetchMs: fetchedAt - scoredAt,
      alignMs: doneAt - fetchedAt,
      totalMs: doneAt - started,
    },
  };
}

async function scoreCodes(index: SearchIndex, queryCodes: QueryCodes, options: SearchOptions): Promise<Scored> {
  const encodedAt = performance.now();
  return { top: await index.scorer.search(queryCodes, options), queryCodes, encodedAt };
}

/** Rows stay on the GPU when both the encoder and the scorer are there. */
async function encodeAndScore(
  index: SearchIndex,
  encoder: Encoder,
  query: string,
  options: SearchOptions,
  signal: AbortSignal | undefined,
): Promise<Scored> {
  const { scorer } = index;
  const onGpu = scorer.backend === 'webgpu' && encoder.provider === 'webgpu';
  const rows = onGpu ? await encoder.encodeQueryOnGpu(query) : await encoder.encodeQuery(query);
  const encodedAt = performance.now();
  try {
    throwIfAborted(signal, 'search');
    checkTokenCount(rows.tokenCount);
    const { queryCodes, ...top } = await scorer.searchEmbeddings(rows, options);
    return { top, queryCodes, encodedAt };
  } finally {
    if ('release' in rows) rows.release();
  }
}

function checkTokenCount(tokenCount: number): void {
  if (tokenCount <= MAX_QUERY_TOKENS) return;
  throw new LatelightError(
    'bad-model',
    `search: expected at most ${MAX_QUERY_TOKENS} query tokens, got ${tokenCount}. Index with a shorter query length.`,
  );
}

function strongestOf(matches: WordMatch[][]): number {
  let strongest = 0;
  for (const match of matches.flat()) strongest = Math.max(strongest, match.similarity);
  return strongest;
}

function queryWords(query: string, alignment: WordAlignment) {
  return alignment.words.map(({ start, end }) => ({ text: query.slice(start, end), start, end }));
}
