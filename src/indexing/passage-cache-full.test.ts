// A disk that is full while passages are kept.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { fileError } from '../node/file-error.ts';
import { PassageCache } from './passage-cache.ts';

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  writeSync: () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  },
}));

it('names the file that there is no room for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-full-'));
  const path = join(folder, 'passages.jsonl');
  const cache = PassageCache.open(path);
  cache.put('0'.repeat(64), { blocks: new Uint8Array(3000), rowCount: 16, tokenCount: 9, words: [], rowWords: [] });
  let error: unknown;
  try {
    cache.save();
  } catch (thrown) {
    error = fileError(thrown, 'index');
  }
  expect(error).toMatchObject({
    code: 'storage-full',
    message: expect.stringMatching(/ room for .*passages\.jsonl \(4\.\d+ kB more\), got ENOSPC/),
  });
  await cache.close();
  await rm(folder, { recursive: true });
});
