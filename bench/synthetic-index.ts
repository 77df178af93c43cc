// An index folder of any number of passages, from a real one: its passages again and again, each copy with some codes changed by a
// seed and an address of its own, so that no two files are equal and scores differ. Written by the normal format writer.

import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FolderSource } from '../src/cli/folder-source.ts';
import { seededRandom } from '../src/codec/random.ts';
import { type FragmentPassage, readFragment } from '../src/format/fragment.ts';
import { BLOCK_ROWS, blockBytes } from '../src/format/layout.ts';
import { type Manifest, parseManifest } from '../src/format/manifest.ts';
import { readShard } from '../src/format/shard.ts';
import { buildIndex } from '../src/indexing/build-index.ts';
import type { EncodedPassage } from '../src/indexing/encode-passage.ts';

/** One byte of codes in this many is drawn anew in a copy. */
const CHANGED_ONE_IN = 20;

interface Base {
  manifest: Manifest;
  passages: FragmentPassage[];
  encoded: EncodedPassage[];
}

export interface SyntheticOptions {
  passageCount: number;
  /** Every passage is given as many blocks of 16 rows, by repeating its own; else it keeps those it has. */
  blocksEach?: number;
}

async function readBase(folder: string): Promise<Base> {
  const source = new FolderSource(folder);
  const manifest = parseManifest(await source.readManifest());
  const { dim, subspaceDim, sha256 } = manifest.codec;
  const size = blockBytes(dim, subspaceDim);
  const passages: FragmentPassage[] = [];
  for (const ref of manifest.fragments) passages.push(...readFragment(await source.read(ref), ref.passageCount));
  const encoded: EncodedPassage[] = [];
  for (const ref of manifest.shards) {
    const { codes, firstBlocks, rowCounts } = readShard(await source.read(ref), {
      dim,
      subspaceDim,
      codecSha256: sha256,
    });
    for (const [i, rowCount] of rowCounts.entries()) {
      const { words, rowWords } = passages[encoded.length];
      const blocks = codes.slice(firstBlocks[i] * size, firstBlocks[i + 1] * size);
      encoded.push({ blocks, rowCount, words, rowWords, tokenCount: rowCount });
    }
  }
  return { manifest, passages, encoded };
}

/** Writes the folder and says how long the writing took; the encoder is not part of it. */
export async function writeSyntheticIndex(
  from: string,
  to: string,
  { passageCount, blocksEach }: SyntheticOptions,
): Promise<{ manifest: Manifest; writeMs: number }> {
  const { manifest, passages, encoded } = await readBase(from);
  const { dim, subspaceDim, sha256 } = manifest.codec;
  const copyOf = (id: number) => Math.floor(id / passages.length);
  const texts = Array.from({ length: passageCount }, (_, id) => {
    const passage = passages[id % passages.length];
    const [path, anchor] = passage.url.split('#');
    return copyOf(id) === 0 ? passage : { ...passage, url: `${path}?copy=${copyOf(id)}${anchor ? `#${anchor}` : ''}` };
  });
  const encodedOf = (id: number): EncodedPassage => {
    const original = encoded[id % encoded.length];
    const byteLength = blocksEach ? blocksEach * blockBytes(dim, subspaceDim) : original.blocks.length;
    const blocks = repeatBlocks(original.blocks, byteLength);
    const random = seededRandom(id);
    if (copyOf(id) > 0) {
      for (let i = 0; i < blocks.length; i++) if (random() * CHANGED_ONE_IN < 1) blocks[i] = random() * 256;
    }
    return { ...original, blocks, rowCount: blocksEach ? blocksEach * BLOCK_ROWS : original.rowCount };
  };

  await rm(to, { recursive: true, force: true });
  const isContent = /[/\\](shards|fragments|lexicon|pages|filters|docs)$/;
  await cp(from, to, { recursive: true, filter: (path) => !isContent.test(path) });
  const started = performance.now();
  const parts = await buildIndex(
    { dim, subspaceDim, codecSha256: sha256 },
    texts,
    encodedOf,
    async ({ ref, content }) => {
      const path = join(to, ref.file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    },
  );
  const { tokenCount: _, ...files } = parts;
  const written: Manifest = { ...manifest, passageCount, ...files };
  await writeFile(join(to, 'manifest.json'), JSON.stringify(written, null, 1));
  return { manifest: written, writeMs: performance.now() - started };
}

function repeatBlocks(blocks: Uint8Array, byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, i) => blocks[i % blocks.length]);
}
