// Query codes without an encoder: each token's row is looked up in a query table (src/format/query-table.ts) that was made from what
// the encoder gave that token in many queries. Knows nothing of order or context, and needs no model.

import type { Codec } from '../codec/codec.ts';
import { type QueryTable, tableRow } from '../format/query-table.ts';
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
    // Only the lengths' ratios matter within a query: the heaviest row gets all of the scale, so that light ones do not round away.
    const heaviest = Math.max(...ofText.map((row) => (row === undefined ? 0 : this.table.weights[row])));
    if (heaviest === 0) return undefined;
    const codes = new Int8Array(ids.length * dim); // [tokenCount, dim]
    rows.forEach((row, token) => {
      if (row !== undefined) this.writeRow(row, heaviest, codes.subarray(token * dim, (token + 1) * dim));
    });
    return { codes, tokenCount: ids.length, dim };
  }

  /** The row's codewords, brought to the share of a query row's length that its weight is of the heaviest, and rounded. */
  private writeRow(row: number, heaviest: number, to: Int8Array): void {
    const { codewords, queryScale } = this.codec;
    const values = tableRow(this.table, codewords, row);
    const length = Math.hypot(...values);
    if (length === 0) return;
    const scale = ((queryScale / length) * Math.min(heaviest, this.table.weights[row])) / heaviest;
    values.forEach((value, d) => {
      to[d] = Math.round(value * scale);
    });
  }
}
