// The query table of a library: the model's, each word weighed by how common it is in the documents that are there now.

import type { Codec } from '../../codec/codec.ts';
import type { ColbertTokenizer, EncodedText } from '../../encoder/colbert-tokenizer.ts';
import type { RowWeigher } from '../../encoder/encoder.ts';
import { TableEncoder } from '../../encoder/table-encoder.ts';
import { indexTable, joinedUse } from '../../encoder/vocabulary-use.ts';
import { type QueryTable, readQueryTable } from '../../format/query-table.ts';
import type { StoredSegment } from './records.ts';

export class LibraryWords implements RowWeigher {
  private readonly tokenizer: ColbertTokenizer;
  private readonly codec: Codec;
  private readonly whole: QueryTable;
  private current: TableEncoder | undefined;

  /** @param table bytes of the model's whole table; counts for nothing until `count`. @throws LatelightError `bad-model` when it is none of this codec */
  constructor(tokenizer: ColbertTokenizer, table: Uint8Array, codec: Codec, codecSha256: string) {
    this.tokenizer = tokenizer;
    this.codec = codec;
    this.whole = readQueryTable(table, { ...codec, codecSha256 });
  }

  /** As of the last count. */
  get table(): TableEncoder | undefined {
    return this.current;
  }

  rowWeights(query: EncodedText): Float32Array | undefined {
    return this.current?.rowWeights(query);
  }

  /** Weighs words by these segments' passages. */
  count(segments: readonly { segment: Pick<StoredSegment, 'vocabulary'> }[]): void {
    const table = tableOf(
      this.whole,
      segments.map(({ segment }) => segment),
    );
    this.current = new TableEncoder(this.tokenizer, [table], this.codec);
  }
}

/** The table of an index of all passages of these segments; the whole one while words of one of them were not counted. */
export function tableOf(whole: QueryTable, segments: readonly Pick<StoredSegment, 'vocabulary'>[]): QueryTable {
  const counted = segments.flatMap(({ vocabulary }) => vocabulary ?? []);
  return counted.length < segments.length ? whole : indexTable(whole, joinedUse(counted));
}
