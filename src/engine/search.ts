// One search from text to hits: encode, score, fetch what is shown, align. The worker and the CLI both run this.

import type { Encoder } from '../encoder/encoder.ts';
import { alignWords, type WordAlignment } from '../encoder/words.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
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
  const { signal, limit = DEFAULT_LIMIT } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RESULTS) {
    throw new LatelightError('bad-option', `search: expected a limit of 1 to ${MAX_RESULTS}, got ${limit}.`);
  }
  const filter = index.bitmap(request.filter);
  const started = performance.now();
  const options = { k: limit, filter };
  const { top, queryCodes, encodedAt } = request.queryCodes
    ? await scoreCodes(index, request.queryCodes, options)
    : await encodeAndScore(index, encoder, query, options, signal);
  throwIfAborted(signal, 'search');
  const scoredAt = performance.now();

  const passages = await Promise.all(Array.from(top.ids, (id) => index.passage(id, signal)));
  throwIfAborted(signal, 'search');
  const fetchedAt = performance.now();

  const alignment = alignWords(encoder.tokenizer, query, 'query');
  const matches = weakenCommonWords(
    passages.map((passage, i) => {
      const { blocks } = index.passageCodes(top.ids[i]);
      return alignPassage(index.codec, queryCodes, alignment, blocks, passage.rowWords);
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
    if (rows.tokenCount > MAX_QUERY_TOKENS) {
      throw new LatelightError(
        'bad-model',
        `search: expected at most ${MAX_QUERY_TOKENS} query tokens, got ${rows.tokenCount}. Index with a shorter query length.`,
      );
    }
    const { queryCodes, ...top } = await scorer.searchEmbeddings(rows, options);
    return { top, queryCodes, encodedAt };
  } finally {
    if ('release' in rows) rows.release();
  }
}

function strongestOf(matches: WordMatch[][]): number {
  let strongest = 0;
  for (const match of matches.flat()) strongest = Math.max(strongest, match.similarity);
  return strongest;
}

function queryWords(query: string, alignment: WordAlignment) {
  return alignment.words.map(({ start, end }) => ({ text: query.slice(start, end), start, end }));
}
