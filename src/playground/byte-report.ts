// What an index weighs, by what its files are for: read from the manifest, so it is what a visitor's browser is told.

import type { FileRef, Manifest } from '../format/manifest.ts';

export interface ByteRow {
  name: string;
  files: number;
  bytes: number;
  /** When a page fetches it. */
  when: 'first results' | 'full results' | 'as needed';
}

/** @param backend decides which model and runtime a visitor downloads */
export function byteReport(manifest: Manifest, backend: string): ByteRow[] {
  const { queryEncoder, runtime } = manifest;
  const onGpu = backend === 'webgpu';
  const row = (name: string, when: ByteRow['when'], refs: (FileRef | undefined)[]): ByteRow => {
    const present = refs.filter((ref) => ref !== undefined);
    return { name, when, files: present.length, bytes: present.reduce((sum, { bytes }) => sum + bytes, 0) };
  };
  return [
    row('Codes of the passages', 'first results', manifest.shards),
    row('Codec, pages, filters', 'first results', [manifest.codec, manifest.pages, manifest.filters]),
    row('Word table and tokenizer', 'first results', [queryEncoder.queryTable, queryEncoder.tokenizer]),
    row('Query encoder', 'full results', [onGpu ? queryEncoder.weights.webgpu : queryEncoder.weights.wasm]),
    row('onnxruntime', 'full results', [onGpu ? (runtime.jspi ?? runtime.asyncify) : runtime.wasm]),
    row('Text of the passages', 'as needed', manifest.fragments),
    row('Lexicon', 'as needed', manifest.lexicon ?? []),
  ].filter(({ files }) => files > 0);
}
