// In which order an index opens. With a query table: first what the instant stage needs, alone on a slow link, then runtime and
// model, which are a hundred times as much. A visitor who has the model already waits for no order: all is read at once.

import { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import type { Encoder } from '../encoder/encoder.ts';
import { TableEncoder } from '../encoder/table-encoder.ts';
import { unpackTokenizer } from '../encoder/tokenizer-file.ts';
import type { SearchIndex } from '../engine/search-index.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import { readQueryTable } from '../format/query-table.ts';

type Read = (ref: FileRef) => Promise<Uint8Array>;

export interface StageParts {
  index: () => Promise<SearchIndex>;
  read: Read;
  encoder: (tokenizer: ColbertTokenizer) => Promise<Encoder>;
  /** Whether the encoder is on this machine already. */
  hasEncoder: () => Promise<boolean>;
}

export interface OpenStages {
  index: SearchIndex;
  /** Settled already unless there is a table. */
  encoder: Promise<Encoder>;
  table: TableEncoder | undefined;
}

/** Resolves when the first stage that can search is ready. */
export async function openStages(manifest: Manifest, instant: boolean, parts: StageParts): Promise<OpenStages> {
  const { queryTable } = manifest.queryEncoder;
  const tokenizer = readTokenizer(manifest, parts.read);
  if (!instant || !queryTable) {
    const [index, encoder] = await settle(parts.index(), tokenizer.then(parts.encoder));
    return { index, encoder: Promise.resolve(encoder), table: undefined };
  }
  const first = settle(parts.index(), tokenizer, parts.read(queryTable));
  const encoder = parts
    .hasEncoder()
    .then((has) => (has ? undefined : first))
    .then(() => tokenizer)
    .then(parts.encoder);
  // Nobody may be waiting yet when it fails; whoever does later hears of it.
  encoder.catch(() => undefined);
  const [index, words, bytes] = await first;
  const shape = { ...index.codec, codecSha256: manifest.codec.sha256 };
  return { index, encoder, table: new TableEncoder(words, readQueryTable(bytes, shape), index.codec) };
}

export async function readTokenizer(manifest: Manifest, read: Read): Promise<ColbertTokenizer> {
  const { config, tokenizer, tokenizerConfig } = manifest.queryEncoder;
  const packed = JSON.parse(new TextDecoder().decode(await read(tokenizer)));
  return new ColbertTokenizer(config, unpackTokenizer(packed), tokenizerConfig);
}

/** Waits for all, so that nothing goes on in the background after one has failed. */
async function settle<T extends unknown[]>(...promises: { [I in keyof T]: Promise<T[I]> }): Promise<T> {
  const settled = await Promise.allSettled(promises);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return settled.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as T;
}
