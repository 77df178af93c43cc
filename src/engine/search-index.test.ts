// How an index opens: the scorer has a shard before the next one has arrived.

import { expect, it } from 'vitest';
import { writeCodec } from '../codec/codec-file.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import { writePages } from '../format/pages.ts';
import { sha256Hex } from '../format/sha256.ts';
import { writeShard } from '../format/shard.ts';
import type { ByteSource } from '../format/source.ts';
import type { ShardCodes } from '../types.ts';
import { createReferenceScorer } from './reference-scorer.ts';
import { randomCodec, randomQuery, randomShard } from './scorers.fixture.ts';
import { SearchIndex } from './search-index.ts';

it('gives each shard to the scorer as it arrives, and waits for the next only then', async () => {
  const codec = randomCodec(1, 32, 4);
  const codecBytes = writeCodec(codec);
  const codecRef: FileRef = { file: 'a.llc', bytes: codecBytes.length, sha256: await sha256Hex(codecBytes) };
  const { codes } = randomShard(1, codec, [1, 1, 1]);
  const shape = { dim: 32, subspaceDim: 4 as const, codecSha256: codecRef.sha256 };
  const pages = { file: 'pages.json', bytes: 0, sha256: '' };
  const files = new Map([
    [codecRef.file, codecBytes],
    [pages.file, writePages({ firstIds: [0], sorts: {} })],
  ]);
  const shards = [0, 1, 2].map((i) => {
    const file = `${i}.lls`;
    const size = codes.length / 3;
    const bytes = writeShard(shape, [{ blocks: codes.subarray(i * size, (i + 1) * size), rowCount: 16 }]);
    files.set(file, bytes);
    return { file, bytes: bytes.length, sha256: '', passageCount: 1, blockCount: 1 };
  });

  let added = 0;
  let wake = () => {};
  /** A download that ends only when the scorer has all shards before it. */
  async function arrive(file: string): Promise<Uint8Array> {
    while (file.endsWith('.lls') && added < Number.parseInt(file, 10)) {
      await new Promise<void>((resolve) => {
        const others = wake;
        wake = () => {
          others();
          resolve();
        };
      });
    }
    return files.get(file)!;
  }
  const source: ByteSource = { readManifest: async () => '', read: ({ file }) => arrive(file) };
  const manifest = {
    codec: { ...codecRef, ...shape },
    passageCount: 3,
    shards,
    fragments: [],
    pages,
  } as unknown as Manifest;
  const index = await SearchIndex.open(source, manifest, async (of) => {
    const scorer = createReferenceScorer(of);
    const addShard = scorer.addShard.bind(scorer);
    scorer.addShard = async (shard: ShardCodes) => {
      await addShard(shard);
      added++;
      wake();
    };
    return scorer;
  });
  expect(index.scorer.passageCount).toBe(3);
  expect((await index.scorer.search(randomQuery(1, 2, 32), { k: 3 })).ids).toHaveLength(3);
  index.close();
});
