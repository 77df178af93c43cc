import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileError } from './file-error.ts';

const refused = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: no`), { code, syscall: 'mkdir', path: '/site/.latelight-cache', ...more });

it.each([
  ['EACCES', 'bad-option', 'index: expected to be allowed to use /site/.latelight-cache, got EACCES (mkdir). Choose '],
  ['EROFS', 'bad-option', 'index: expected to be able to write /site/.latelight-cache, got EROFS (mkdir). Choose '],
  ['ENOSPC', 'storage-full', 'index: expected room for /site/.latelight-cache, got ENOSPC (mkdir). Make room '],
])('%s names the path and what to do', (code, errorCode, begin) => {
  const error = fileError(refused(code), 'index');
  expect(error).toMatchObject({ code: errorCode, message: expect.stringContaining(begin) });
});

it('names the end of a move, which is what is in the way, and a write without a path', () => {
  expect(fileError(refused('ENOTEMPTY', { dest: '/site/latelight' }), 'index')?.message).toContain('/site/latelight');
  expect(fileError(refused('ENOSPC', { path: undefined }), 'index')?.message).toContain('expected room for a file');
});

it('leaves faults of our own their stack', () => {
  for (const error of [new TypeError('x'), 'x', refused('ESOMETHING'), refused('ENOENT', { syscall: undefined })]) {
    expect(fileError(error, 'index')).toBeUndefined();
  }
});

it('knows what Node throws for a folder where a file is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-refused-'));
  writeFileSync(join(folder, 'file'), '');
  const thrown = (path: string) => {
    try {
      mkdirSync(join(folder, path), { recursive: true });
    } catch (error) {
      return fileError(error, 'index')?.message;
    }
  };
  expect(thrown('file')).toMatch(/a folder or nothing at .*file, got EEXIST/);
  expect(thrown('file/below')).toMatch(/only folders above .*below, got ENOTDIR/);
  await rm(folder, { recursive: true });
});
