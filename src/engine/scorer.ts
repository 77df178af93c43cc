// What a backend must do. Given the same query codes and shards, all of them return the same ids and integers.

import type { GpuTokenEmbeddings, ShardCodes, TokenEmbeddings, TopK, TopKOptions } from '../shared-types.ts';
import type { Backend, QueryCodes } from '../types.ts';

export interface Scorer {
  readonly backend: Backend;
  readonly passageCount: number;
  /** Takes the codes of the next passages; ids continue where the last shard ended. */
  addShard(shard: ShardCodes): Promise<void>;
  /** Searches with codes made elsewhere. */
  search(query: QueryCodes, options: TopKOptions): Promise<TopK>;
  /** Quantizes, then searches. The codes come back for `align`. */
  searchEmbeddings(
    query: TokenEmbeddings | GpuTokenEmbeddings,
    options: TopKOptions,
  ): Promise<TopK & { queryCodes: QueryCodes }>;
  /**
   * Codes of one passage, whole blocks: a view to be read at once, which adding a shard may detach. Absent where the codes are on
   * a device; whoever wants to read them then keeps them.
   */
  passageCodes?(id: number): Uint8Array;
  /** Frees memory and buffers; every later call rejects with code `closed`. */
  close(): void;
}
