// Query codes without an encoder: each token's row is looked up in a query table (src/format/query-table.ts) that was made from what
// the encoder gave that token in many queries. Knows nothing of order or context, and needs no model.

import type { Codec } from '../codec/codec.ts';
import { rowBytes } from '../format/layout.ts';
import { FULL_WEIGHT, type QueryTable } from '../format/query-table.ts';
import type { QueryCodes } from '../types.ts';
import type { ColbertTokenizer } from './colbert-tokenizer.ts';

export class TableEncoder {
  readonly provider = 'table';
  readonly tokenizer: ColbertTokenizer;
  private readonly table: QueryTable;
  private readonly codec: Codec;
  private readonly rowOfId: Map<number, number>;

  /** @param table made with this codec, as its reader has checked */
  constructor(tokenizer: ColbertTokenizer, table: QueryTable, codec: Codec) {
    this.tokenizer = tokenizer;
    this.table = table;
    this.codec = codec;
    this.rowOfId = new Map(Array.from(table.ids, (id, row) => [id, row]));
  }

  /**
   * Codes as the scorers take them, one row for each token that the encoder would give one; zeros for a token without a row.
   * Nothing when the table knows no token of the text itself: special tokens alone would rank at random.
   */
  queryCodes(text: string): QueryCodes | undefined {
    const { dim } = this.codec;
    const { ids, tailCount } = this.tokenizer.encode(text, 'query');
    const rows = ids.map((id) => this.rowOfId.get(id));
    const ofText = rows.slice(this.tokenizer.textStart('query'), ids.length - tailCount);
    if (ofText.every((row) => row === undefined)) return undefined;
    const codes = new Int8Array(ids.length * dim); // [tokenCount, dim]
    rows.forEach((row, token) => {
      if (row !== undefined) this.writeRow(row, codes.subarray(token * dim, (token + 1) * dim));
    });
    return { codes, tokenCount: ids.length, dim };
  }

  /** The row's codewords, brought to the weight's share of a query row's length and rounded. */
  private writeRow(row: number, to: Int8Array): void {
    const { dim, subspaceDim, codewords, queryScale } = this.codec;
    const width = rowBytes(dim, subspaceDim);
    const values = new Float32Array(dim);
    let squared = 0;
    for (let d = 0; d < dim; d++) {
      const subspace = Math.floor(d / subspaceDim);
      const byte = this.table.codes[row * width + (subspace >> 1)];
      const code = (byte >> (4 * (subspace & 1))) & 15;
      values[d] = codewords[(subspace * 16 + code) * subspaceDim + (d % subspaceDim)];
      squared += values[d] ** 2;
    }
    if (squared === 0) return;
    const scale = ((queryScale / Math.sqrt(squared)) * this.table.weights[row]) / FULL_WEIGHT;
    for (let d = 0; d < dim; d++) to[d] = Math.round(values[d] * scale);
  }
}
