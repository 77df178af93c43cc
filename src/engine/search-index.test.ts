// How an index opens (the scorer has a shard before the next one has arrived), and how it waits for text.

import { expect, it } from 'vitest';
import { writeCodec } from '../codec/codec-file.ts';
import { LatelightError } from '../errors.ts';
import { writeFragment } from '../format/fragment.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import { writePages } from '../format/pages.ts';
import { sha256Hex } from '../format/sha256.ts';
import { writeShard } from '../format/shard.ts';
import type { ByteSource } from '../format/source.ts';
import type { ShardCodes } from '../shared-types.ts';
import { createReferenceScorer } from './reference-scorer.ts';
import { randomCodec, randomQuery, randomShard } from './scorers.fixture.ts';
import { SearchIndex } from './search-index.ts';
import { createWasmScorer } from './wasm-scorer.ts';

/** An index of one passage a shard, all of them in one fragment. */
async function indexOf(passageCount: number) {
  const codec = randomCodec(1, 32, 4);
  const codecBytes = writeCodec(codec);
  const codecRef: FileRef = { file: 'a.llc', bytes: codecBytes.length, sha256: await sha256Hex(codecBytes) };
  const { codes } = randomShard(1, codec, new Array(passageCount).fill(1));
  const shape = { dim: 32, subspaceDim: 4 as const, codecSha256: codecRef.sha256 };
  const pages = { file: 'pages.json', bytes: 0, sha256: '' };
  const passage = {
    title: '',
    headings: [],
    url: 'a/',
    filters: {},
    meta: {},
    words: [],
    rowWords: new Array(16).fill([]),
  };
  const passages = Array.from({ length: passageCount }, (_, id) => ({ ...passage, text: `text ${id}` }));
  const fragment = { file: 'fragment.json', bytes: 0, sha256: '', passageCount };
  const files = new Map([
    [codecRef.file, codecBytes],
    [pages.file, writePages({ firstIds: [0], sorts: {} })],
    [fragment.file, writeFragment(passages)],
  ]);
  const shards = Array.from({ length: passageCount }, (_, i) => {
    const file = `${i}.lls`;
    const size = codes.length / passageCount;
    const bytes = writeShard(shape, [{ blocks: codes.subarray(i * size, (i + 1) * size), rowCount: 16 }]);
    files.set(file, bytes);
    return { file, bytes: bytes.length, sha256: '', passageCount: 1, blockCount: 1 };
  });
  const manifest = { codec: { ...codecRef, ...shape }, passageCount, shards, fragments: [fragment], pages };
  return { files, manifest: manifest as unknown as Manifest };
}

it('gives each shard to the scorer as it arrives, and waits for the next only then', async () => {
  const { files, manifest } = await indexOf(3);
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

it.each([{ dim: 64 }, { subspaceDim: 2 as const }])(
  'refuses a codec of another shape than the manifest names: %o',
  async (other) => {
    const { files, manifest } = await indexOf(1);
    const read = async ({ file }: FileRef) => files.get(file)!;
    const changed = { ...manifest, codec: { ...manifest.codec, ...other } };
    const opening = SearchIndex.open({ read }, changed, async (of) => createReferenceScorer(of));
    await expect(opening).rejects.toMatchObject({ code: 'bad-codec' });
  },
);

it('waits no longer for a fragment when the search is cancelled; the download goes on, for whoever wants it next', async () => {
  const { files, manifest } = await indexOf(2);
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const asked: string[] = [];
  const read = async ({ file }: FileRef) => {
    asked.push(file);
    if (file === 'fragment.json') await arrived;
    return files.get(file)!;
  };
  const index = await SearchIndex.open({ read }, manifest, async (of) => createReferenceScorer(of));
  const cancelling = new AbortController();
  const cancelled = index.passage(0, cancelling.signal);
  cancelling.abort();
  await expect(cancelled).rejects.toMatchObject({ code: 'aborted' });
  const next = index.passage(1);
  arrive();
  expect((await next).text).toBe('text 1');
  expect(asked.filter((file) => file === 'fragment.json')).toHaveLength(1);
  index.close();
});

it('reads a fragment again whose reading failed', async () => {
  const { files, manifest } = await indexOf(1);
  let failures = 1;
  const read = async ({ file }: FileRef) => {
    if (file === 'fragment.json' && failures-- > 0) throw new LatelightError('download-failed', 'offline');
    return files.get(file)!;
  };
  const index = await SearchIndex.open({ read }, manifest, async (of) => createReferenceScorer(of));
  await expect(index.passage(0)).rejects.toMatchObject({ code: 'download-failed' });
  expect((await index.passage(0)).text).toBe('text 0');
  index.close();
});

it('closes a scorer that it cannot fill after a device was lost, and keeps the one it has', async () => {
  const { files, manifest } = await indexOf(2);
  const read = async ({ file }: FileRef) => files.get(file)!;
  const index = await SearchIndex.open({ read }, manifest, async (of) => createReferenceScorer(of));
  const before = index.scorer;
  let isClosed = false;
  const replacing = index.replaceScorer(async (of) => ({
    ...createReferenceScorer(of),
    addShard: () => Promise.reject(new LatelightError('device-lost', 'addShard: no memory')),
    close: () => {
      isClosed = true;
    },
  }));
  await expect(replacing).rejects.toMatchObject({ code: 'device-lost' });
  expect(isClosed).toBe(true);
  expect(index.scorer).toBe(before);
  await index.replaceScorer(createWasmScorer);
  expect(index.scorer.passageCount).toBe(2);
  // Its codes are in main memory, and nowhere else.
  await index.replaceScorer(async (of) => createReferenceScorer(of));
  expect(index.scorer.backend).toBe('wasm');
  index.close();
});
