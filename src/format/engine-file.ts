// engine.json of a library's folder: docs/FORMAT.md, "Engine file". What encodes and searches there, with no documents beside it.

import {
  type DeviceWeights,
  deviceWeights,
  type EngineRefs,
  engineRefs,
  type FileRef,
  fileRef,
} from './engine-refs.ts';
import { JsonFields } from './json-fields.ts';

export const ENGINE_FILE_VERSION = 1;

/** `documentEncoder` are the weights for WASM, which every device can encode with; `queryEncoder.queryTable` is the model's whole one. */
export interface EngineFile extends EngineRefs {
  format: 'latelight-engine';
  version: typeof ENGINE_FILE_VERSION;
  /** What encodes documents in the page, where queries have a smaller encoder; absent where one does both. */
  documentWeights?: DeviceWeights;
  /** Queries that passages are likely to be asked with, for choosing codes: a query table and the codec that its rows are coded with. */
  likely?: { table: FileRef; codec: FileRef };
}

const fields = new JsonFields('bad-manifest', 'engine file', 'Publish the whole library folder again.');

/** @throws LatelightError `bad-manifest` naming the field, what was expected and what came */
export function parseEngineFile(text: string): EngineFile {
  const root = fields.root(text, 'latelight-engine', ENGINE_FILE_VERSION);
  const likely = root.likely === undefined ? undefined : fields.object(root.likely, 'likely');
  return {
    format: 'latelight-engine',
    version: ENGINE_FILE_VERSION,
    ...engineRefs(fields, root),
    documentWeights:
      root.documentWeights === undefined ? undefined : deviceWeights(fields, root.documentWeights, 'documentWeights'),
    likely: likely && {
      table: fileRef(fields, likely.table, 'likely.table'),
      codec: fileRef(fields, likely.codec, 'likely.codec'),
    },
  };
}
