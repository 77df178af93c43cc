// Query rows that a passage is likely to be asked with: those that a model's query table has for the passage's own words. Codes are
// chosen with them (src/codec/score-goals.ts). Knows nothing of files.

import type { Codec } from '../codec/codec.ts';
import { rotateRows, truncateRows } from '../codec/encode-rows.ts';
import type { LikelyQueries } from '../codec/score-goals.ts';
import { FULL_WEIGHT, type QueryTable, tableRow } from '../format/query-table.ts';

export class LikelyQueryTable {
  private readonly table: QueryTable;
  private readonly tableCodec: Codec;
  private readonly dim: number;
  private readonly rotation: Float32Array | undefined;
  private readonly rowOfId: Map<number, number>;
  /** [dim] of each id that was asked for. */
  private readonly known = new Map<number, Float32Array>();

  /**
   * @param tableCodec the codec that the table's rows are coded with
   * @param target the codec that the rows are for, or only its dimension to leave them unrotated, as the model gives rows
   */
  constructor(table: QueryTable, tableCodec: Codec, target: Pick<Codec, 'dim'> & Partial<Codec>) {
    this.table = table;
    this.tableCodec = tableCodec;
    this.dim = target.dim;
    this.rotation = target.rotation;
    this.rowOfId = new Map(Array.from(table.ids, (id, row) => [id, row]));
  }

  /** One row for each of the ids that the table knows, ascending. @param ids of a passage, with repetitions */
  of(ids: Uint32Array): LikelyQueries {
    const found = [...new Set(ids)].filter((id) => this.rowOfId.has(id)).sort((a, b) => a - b);
    const rows = new Float32Array(found.length * this.dim);
    found.forEach((id, i) => {
      rows.set(this.row(id), i * this.dim);
    });
    const weights = Float32Array.from(found, (id) => this.table.weights[this.rowOfId.get(id)!] / FULL_WEIGHT);
    return { rows, weights };
  }

  /** How much a token says in a query, 0..1; one that the table does not know is rare, and says all it can. */
  weight(id: number): number {
    const row = this.rowOfId.get(id);
    return row === undefined ? 1 : this.table.weights[row] / FULL_WEIGHT;
  }

  private row(id: number): Float32Array {
    const known = this.known.get(id);
    if (known) return known;
    const cut = truncateRows(this.unrotated(this.rowOfId.get(id)!), 1, this.tableCodec.dim, this.dim);
    const row = this.rotation ? rotateRows({ dim: this.dim, rotation: this.rotation }, cut, 1) : cut;
    this.known.set(id, row);
    return row;
  }

  /** A row of the table turned back to the model's dimensions, unit length. */
  private unrotated(tableRowNumber: number): Float32Array {
    const { dim, codewords, rotation } = this.tableCodec;
    const row = new Float32Array(dim);
    tableRow(this.table, codewords, tableRowNumber).forEach((value, i) => {
      for (let d = 0; d < dim; d++) row[d] += value * rotation[i * dim + d];
    });
    const length = Math.hypot(...row);
    return length > 0 ? row.map((value) => value / length) : row;
  }
}
