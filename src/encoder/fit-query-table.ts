// A query table from an encoder and many queries: for each vocabulary id the mean of the rows that the encoder gave it, weighted by
// how much those rows agree; and, where the encoder gives the query as a whole a row, the map from its words' rows to that one.
// Constants: docs/decisions/0008.

import type { Codec } from '../codec/codec.ts';
import { rotateRows, truncateRows } from '../codec/encode-rows.ts';
import { rowBytes } from '../format/layout.ts';
import { FULL_WEIGHT, type QueryTable, tableRow } from '../format/query-table.ts';
import { codeTableRows } from './code-rows.ts';
import type { Encoder } from './encoder.ts';
import { TextMapFit } from './fit-text-map.ts';
import { tellingIds } from './vocabulary-use.ts';

/** Occurrences that the row of an id alone, out of any query, counts for: all there is for an id that no query held. */
const ALONE_COUNTS = 2;
/** Mean cosine of two rows of one id, and how many pairs of rows that expectation counts for. */
const EXPECTED_AGREEMENT = 0.75;
const EXPECTED_PAIRS = 10;
/** Ids seen more often than this do without that row. */
const OFTEN = 50;
/** Cosine from which the rows before the text count as one: the row of the text as a whole, which a model gives all of them. */
const SAME_ROW = 0.999;

/** A query's vocabulary ids, and its row as a whole, [dim] as the model gives it; nothing where the model gives none. */
interface SeenQuery {
  ids: Uint32Array;
  row: Float32Array | undefined;
}

export class QueryTableFit {
  private readonly encoder: Encoder;
  private readonly codec: Codec;
  /** [vocabularySize, dim] */
  private readonly sums: Float32Array;
  private readonly counts: Uint32Array;
  private readonly seen: SeenQuery[] = [];

  constructor(encoder: Encoder, codec: Codec) {
    const { vocabularySize } = encoder.tokenizer;
    this.encoder = encoder;
    this.codec = codec;
    this.sums = new Float32Array(vocabularySize * codec.dim);
    this.counts = new Uint32Array(vocabularySize);
  }

  /** Adds one query's rows. */
  async add(text: string): Promise<void> {
    const { ids, attentionMask } = this.encoder.tokenizer.encode(text, 'query');
    const rows = await this.rowsOf(ids, attentionMask);
    ids.forEach((id, token) => {
      this.addRow(id, rows.subarray(token * this.codec.dim, (token + 1) * this.codec.dim), 1);
      this.counts[id]++;
    });
    this.seen.push({ ids: Uint32Array.from(ids), row: this.rowOfText(rows) });
  }

  /**
   * Codes every id but those that stand in every query ([CLS], the prefix, [SEP]): they say nothing without a context.
   * @param onProgress called with the ids done so far
   */
  async finish(onProgress: (done: number) => void): Promise<QueryTable> {
    const { tokenizer } = this.encoder;
    const { dim, subspaceDim } = this.codec;
    const special = new Set(tokenizer.encode('', 'query').ids);
    const ids = Uint32Array.from({ length: tokenizer.vocabularySize }, (_, id) => id).filter((id) => !special.has(id));
    const weights = new Uint8Array(ids.length);
    for (const [row, id] of ids.entries()) {
      weights[row] = Math.round(FULL_WEIGHT * this.agreement(id));
      if (this.counts[id] <= OFTEN) this.addRow(id, await this.rowAlone(id), ALONE_COUNTS);
      onProgress(row + 1);
    }
    const codes = codeRows(this.codec, ids, (id) => this.sums.slice(id * dim, (id + 1) * dim));
    const table = { dim, subspaceDim, vocabularySize: tokenizer.vocabularySize, ids, weights, codes };
    return { ...table, ...this.textMap(table) };
  }

  /** @param rows [tokenCount, dim] of a query */
  private rowOfText(rows: Float32Array): Float32Array | undefined {
    const { dim } = this.codec;
    const before = this.encoder.tokenizer.textStart('query');
    if (before < 2) return undefined;
    const first = rows.slice(0, dim);
    for (let token = 1; token < before; token++) {
      const cosine = first.reduce((sum, value, d) => sum + value * rows[token * dim + d], 0);
      if (cosine < SAME_ROW) return undefined;
    }
    return first;
  }

  /** From the words' rows as the table has them, weighed as in an index of the queries themselves. */
  private textMap(table: QueryTable): Pick<QueryTable, 'textMap'> {
    const { codec, seen } = this;
    const { dim } = codec;
    if (!seen.every(({ row }) => row !== undefined)) return {};
    const frequencies = new Map<number, number>();
    for (const { ids } of seen) for (const id of new Set(ids)) frequencies.set(id, (frequencies.get(id) ?? 0) + 1);
    const weigh = tellingIds({ passageCount: seen.length, frequencies });
    const rows = new Map<number, Float32Array>();
    table.ids.forEach((id, row) => {
      if (!frequencies.has(id)) return;
      const weight = table.weights[row] * weigh(id);
      rows.set(
        id,
        unit(tableRow(table, codec.codewords, row)).map((value) => value * weight),
      );
    });
    const fit = new TextMapFit(dim);
    for (const { ids, row } of seen) {
      const sum = new Float32Array(dim);
      for (const id of ids)
        rows.get(id)?.forEach((value, d) => {
          sum[d] += value;
        });
      fit.add(sum, rotateRows(codec, row!, 1));
    }
    return { textMap: fit.finish(codec) };
  }

  /**
   * Mean cosine of two of the id's rows: |sum|^2 holds every pair of the n unit rows twice and each with itself. A word whose rows
   * point everywhere ("get", "in") says little by itself.
   */
  private agreement(id: number): number {
    const n = this.counts[id];
    const squared = this.sums
      .subarray(id * this.codec.dim, (id + 1) * this.codec.dim)
      .reduce((sum, x) => sum + x * x, 0);
    const mean = (squared - n + EXPECTED_PAIRS * EXPECTED_AGREEMENT) / (n * (n - 1) + EXPECTED_PAIRS);
    return Math.min(1, Math.max(0, mean));
  }

  /** The row of a query that is this id and nothing else. */
  private async rowAlone(id: number): Promise<Float32Array> {
    const { tokenizer } = this.encoder;
    const empty = tokenizer.encode('', 'query');
    const at = tokenizer.textStart('query');
    const ids = empty.ids.toSpliced(at, 0, id);
    const rows = await this.rowsOf(ids, empty.attentionMask.toSpliced(at, 0, 1));
    return rows.subarray(at * this.codec.dim, (at + 1) * this.codec.dim);
  }

  private async rowsOf(ids: number[], attentionMask: number[]): Promise<Float32Array> {
    const { data, tokenCount, dim } = await this.encoder.encodeTokens({ ids, attentionMask });
    return truncateRows(data, tokenCount, dim, this.codec.dim);
  }

  private addRow(id: number, row: Float32Array, weight: number): void {
    const { dim } = this.codec;
    for (let d = 0; d < dim; d++) this.sums[id * dim + d] += weight * row[d];
  }
}

/** Codes [ids, dim / subspaceDim / 2] of the directions of rows [dim]. */
function codeRows(codec: Codec, ids: Uint32Array, rowOf: (id: number) => Float32Array): Uint8Array {
  const width = rowBytes(codec.dim, codec.subspaceDim);
  const codes = new Uint8Array(ids.length * width);
  for (const [at, id] of ids.entries()) {
    codes.set(codeTableRows(codec, rotateRows(codec, unit(rowOf(id)), 1), 1), at * width);
  }
  return codes;
}

/**
 * A table of rows that training made (training/query_table.py); ids of weight 0 are left out.
 * @param rows [vocabularySize, rowDim] of any length; the first `codec.dim` of each are used
 * @param weights [vocabularySize] 0..1
 */
export function tableOfRows(codec: Codec, rows: Float32Array, rowDim: number, weights: Float32Array): QueryTable {
  const { dim, subspaceDim } = codec;
  const shares = Uint8Array.from(weights, (weight) => Math.round(FULL_WEIGHT * weight));
  const ids = Uint32Array.from(shares.keys()).filter((id) => shares[id] > 0);
  const codes = codeRows(codec, ids, (id) => rows.slice(id * rowDim, id * rowDim + dim));
  return {
    dim,
    subspaceDim,
    vocabularySize: weights.length,
    ids,
    weights: Uint8Array.from(ids, (id) => shares[id]),
    codes,
  };
}

function unit(row: Float32Array): Float32Array {
  const length = Math.hypot(...row);
  return length > 0 ? row.map((value) => value / length) : row;
}
