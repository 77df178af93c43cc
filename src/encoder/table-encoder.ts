// Query codes without an encoder: each token's row is looked up in a query table (src/format/query-table.ts) that was made from what
// the encoder gave that token in many queries; the row of the text as a whole, where the model gives one, is what their sum is mapped
// to. Knows nothing of order or context, and needs no model. And what the encoder's own rows weigh, by the table's weights.

import { type Codec, leastRowWeight } from '../codec/codec.ts';
import { type QueryTable, readQueryTable, tableRow } from '../format/query-table.ts';
import type { QueryCodes } from '../types.ts';
import type { ColbertTokenizer, EncodedText } from './colbert-tokenizer.ts';
import type { RowWeigher } from './encoder.ts';

interface TableRow {
  table: QueryTable;
  row: number;
  weight: number;
}

export class TableEncoder implements RowWeigher {
  readonly provider = 'table';
  readonly tokenizer: ColbertTokenizer;
  private readonly codec: Codec;
  private readonly rowOfId = new Map<number, TableRow>();
  /** [dim, dim] the first table's text map. */
  private readonly textMap?: Float32Array;

  /** @param tables made with this codec, as their reader has checked; an id's row is that of the first table that has it */
  constructor(tokenizer: ColbertTokenizer, tables: readonly QueryTable[], codec: Codec) {
    this.tokenizer = tokenizer;
    this.codec = codec;
    for (const table of tables)
      table.ids.forEach((id, row) => {
        if (!this.rowOfId.has(id)) this.rowOfId.set(id, { table, row, weight: table.weights[row] });
      });
    this.textMap = tables.length > 0 ? decodedTextMap(tables[0], codec) : undefined;
  }

  /** The table of one file. @throws LatelightError `bad-model` when it is none of this codec */
  static read(tokenizer: ColbertTokenizer, bytes: Uint8Array, codec: Codec, codecSha256: string): TableEncoder {
    return new TableEncoder(tokenizer, [readQueryTable(bytes, { ...codec, codecSha256 })], codec);
  }

  /**
   * Codes as the scorers take them, one row for each token that the encoder would give one; zeros for a token without a row. Tokens
   * before the text ([CLS], the prefix) get the row of the text as a whole, as the model's own do.
   * Nothing when the table knows no token of the text itself: special tokens alone would rank at random.
   */
  queryCodes(text: string): QueryCodes | undefined {
    const { dim } = this.codec;
    const { ids, tailCount } = this.tokenizer.encode(text, 'query');
    const rows = ids.map((id) => this.rowOfId.get(id));
    const textStart = this.tokenizer.textStart('query');
    const ofText = rows.slice(textStart, ids.length - tailCount);
    if (ofText.every((row) => row === undefined)) return undefined;
    // Only the lengths' ratios matter within a query: the heaviest row gets all of the scale, so that light ones do not round away.
    const heaviest = Math.max(...ofText.map((row) => row?.weight ?? 0));
    if (heaviest === 0) return undefined;
    const codes = new Int8Array(ids.length * dim); // [tokenCount, dim]
    rows.forEach((row, token) => {
      if (row !== undefined) this.writeRow(row, heaviest, codes.subarray(token * dim, (token + 1) * dim));
    });
    const ofWholeText = this.rowOfText(codes);
    for (let token = 0; ofWholeText && token < textStart; token++) codes.set(ofWholeText, token * dim);
    return { codes, tokenCount: ids.length, dim };
  }

  /**
   * What the encoder's rows of a query weigh, so that words count by what they tell (docs/decisions/0016): (1 + w) / 2, w being the
   * word's weight in the table over the query's heaviest; 0 for what has no row there, [SEP] and expansion among them. Tokens before the text
   * stand for all of it: 1. Nothing when the table knows no word of the text.
   * @returns [tokens]
   */
  rowWeights({ ids }: Pick<EncodedText, 'ids'>): Float32Array | undefined {
    const weights = ids.map((id) => this.rowOfId.get(id)?.weight ?? 0);
    const heaviest = Math.max(...weights);
    if (heaviest === 0) return undefined;
    const textStart = this.tokenizer.textStart('query');
    const least = leastRowWeight(this.codec);
    return Float32Array.from(weights, (weight, token) =>
      token < textStart ? 1 : Math.max(least, (1 + weight / heaviest) / 2),
    );
  }

  /** int8 [dim] what the text map makes of the words' sum, at the codec's whole query scale. @param codes [tokenCount, dim] */
  private rowOfText(codes: Int8Array): Int8Array | undefined {
    const { textMap } = this;
    if (!textMap) return undefined;
    const { dim, queryScale } = this.codec;
    const mapped = new Float32Array(dim);
    const sum = new Float32Array(dim);
    for (let at = 0; at < codes.length; at++) sum[at % dim] += codes[at];
    for (let i = 0; i < dim; i++) for (let d = 0; d < dim; d++) mapped[d] += sum[i] * textMap[i * dim + d];
    const length = Math.hypot(...mapped);
    return length > 0 ? Int8Array.from(mapped, (value) => Math.round((value * queryScale) / length)) : undefined;
  }

  /** The row's codewords, brought to the share of a query row's length that its weight is of the heaviest, and rounded. */
  private writeRow({ table, row, weight }: TableRow, heaviest: number, to: Int8Array): void {
    const { codewords, queryScale } = this.codec;
    const values = tableRow(table, codewords, row);
    const length = Math.hypot(...values);
    if (length === 0) return;
    const scale = ((queryScale / length) * Math.min(heaviest, weight)) / heaviest;
    values.forEach((value, d) => {
      to[d] = Math.round(value * scale);
    });
  }
}

/** Rows of a table's text map, [dim, dim], at any common scale. */
function decodedTextMap({ textMap, subspaceDim }: QueryTable, { codewords, dim }: Codec): Float32Array | undefined {
  if (!textMap) return undefined;
  const rows = new Float32Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    const row = tableRow({ dim, subspaceDim, codes: textMap.codes }, codewords, i);
    const scale = textMap.lengths[i] / (Math.hypot(...row) || 1);
    rows.set(
      row.map((value) => value * scale),
      i * dim,
    );
  }
  return rows;
}
