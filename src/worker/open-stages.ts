// In which order an index opens. With an instant stage: first what it needs, alone, then runtime and model, which are a hundred times as
// much, on the wire for a new visitor and in this worker's time for one who has them. Without one: all at once.

import { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import type { Encoder, RowWeigher } from '../encoder/encoder.ts';
import { TableEncoder } from '../encoder/table-encoder.ts';
import type { SearchSite } from '../engine/candidates.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import { type QueryTable, readQueryTable } from '../format/query-table.ts';

type Read = (ref: FileRef) => Promise<Uint8Array>;

export interface StageParts {
  /** At least one. */
  sites: () => Promise<SearchSite[]>;
  read: Read;
  /** Query tables of the other indexes that have one and can be downloaded. */
  otherTables: () => Promise<Uint8Array[]>;
  encoder: (tokenizer: ColbertTokenizer, weigher: RowWeigher) => Promise<Encoder>;
}

export interface OpenStages {
  sites: SearchSite[];
  /** Settled already unless there is an instant stage. */
  encoder: Promise<Encoder>;
  /** Absent where the index has none. */
  table: TableEncoder | undefined;
}

/**
 * Resolves when the first stage that can search is ready.
 * @param isInstant whether that is the table's; a table is read in any case, since it weighs the encoder's rows too
 */
export async function openStages(manifest: Manifest, isInstant: boolean, parts: StageParts): Promise<OpenStages> {
  const { queryTable } = manifest.queryEncoder;
  let table: TableEncoder | undefined; // set below, before anybody can ask
  const weigher: RowWeigher = { rowWeights: (query) => table?.rowWeights(query) };
  const encoderWith = (words: ColbertTokenizer) => parts.encoder(words, weigher);
  const tokenizer = readTokenizer(manifest, parts.read);
  const tables = queryTable && settle(parts.read(queryTable), parts.otherTables());
  const first = settle(parts.sites(), tokenizer, tables).then(([sites, words, read]) => {
    const { codec } = sites[0].index;
    const shape = { ...codec, codecSha256: manifest.codec.sha256 };
    table = read && new TableEncoder(words, readTables(...read, shape), codec);
    return { sites, words };
  });
  const encoder = isInstant ? first.then(({ words }) => encoderWith(words)) : tokenizer.then(encoderWith);
  // Nobody may be waiting yet when it fails; whoever does later hears of it.
  encoder.catch(() => undefined);
  try {
    const [{ sites }] = await settle(first, isInstant ? undefined : encoder);
    return { sites, encoder, table };
  } catch (error) {
    void encoder.then((opened) => opened.close()).catch(() => undefined);
    throw error;
  }
}

function readTables(
  bytes: Uint8Array,
  others: Uint8Array[],
  shape: Parameters<typeof readQueryTable>[1],
): QueryTable[] {
  const tables = [readQueryTable(bytes, shape)];
  for (const table of others) {
    try {
      tables.push(readQueryTable(table, shape));
    } catch {
      // The table then knows nothing of its words; the site is searched all the same.
    }
  }
  return tables;
}

export async function readTokenizer(manifest: Pick<Manifest, 'queryEncoder'>, read: Read): Promise<ColbertTokenizer> {
  const { config, tokenizer, tokenizerConfig } = manifest.queryEncoder;
  const packed = JSON.parse(new TextDecoder().decode(await read(tokenizer)));
  return new ColbertTokenizer(config, packed, tokenizerConfig);
}

/** Waits for all, so that nothing goes on in the background after one has failed. */
async function settle<T extends unknown[]>(...promises: { [I in keyof T]: Promise<T[I]> | T[I] }): Promise<T> {
  const settled = await Promise.allSettled(promises);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return settled.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as T;
}
