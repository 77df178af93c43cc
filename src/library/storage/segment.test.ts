// Segments composed and read back; what does not fit together is refused, as imported archives are anyone's files.

import { expect, it } from 'vitest';
import type { FileRef } from '../../format/manifest.ts';
import { writeShard } from '../../format/shard.ts';
import type { StoredPassage } from './records.ts';
import { PASSAGE_SHAPE as shape, storedPassage } from './segment.fixture.ts';
import { composeSegment, haveCodes, readSegment } from './segment.ts';

async function composed(passages: StoredPassage[]) {
  const files = new Map<string, Uint8Array>();
  const write = async (file: string, content: Uint8Array) => void files.set(file, content);
  const countWords = async () => ({ passageCount: 0, frequencies: new Map() });
  const documents = [{ id: 7, tokenCount: 1, passages }];
  const segment = await composeSegment(shape, 'key', documents, write, countWords);
  return { files, segment, read: async ({ file }: FileRef) => files.get(file)! };
}

it('passages come back as they were', async () => {
  const passages = ['first', 'second'].map(storedPassage);
  const { segment, read } = await composed(passages);
  const own = (await readSegment(segment, shape, read)).get(7);
  expect(own?.map(({ passage: { text } }) => text)).toEqual(['first', 'second']);
  expect(own?.map(({ encoded: { blocks } }) => blocks)).toEqual(passages.map(({ encoded }) => encoded.blocks));
});

it('a shard of fewer passages than there are texts is refused', async () => {
  const passages = ['first', 'second'].map(storedPassage);
  const { segment, files, read } = await composed(passages);
  const [shard] = segment.shards;
  files.set(shard.file, writeShard(shape, [passages[0].encoded]));
  await expect(readSegment(segment, shape, read)).rejects.toMatchObject({ code: 'bad-shard' });
  const both = { ...segment, shards: [{ ...shard, passageCount: 1 }] };
  await expect(readSegment(both, shape, read)).rejects.toMatchObject({ code: 'bad-shard' });
});

it('passages without codes, or with a part of them, are told from whole ones', () => {
  const { passage, encoded } = storedPassage('text', 0);
  expect(haveCodes([{ passage, encoded }], shape)).toBe(true);
  const without = { tokenCount: 0, words: encoded.words, rowWords: encoded.rowWords } as never;
  expect(
    haveCodes(
      [
        { passage, encoded },
        { passage, encoded: without },
      ],
      shape,
    ),
  ).toBe(false);
  expect(haveCodes([{ passage, encoded: { ...encoded, blocks: encoded.blocks.slice(1) } }], shape)).toBe(false);
  expect(haveCodes([{ passage, encoded: { ...encoded, rowCount: 99 } }], shape)).toBe(false);
});
