// What replaceFolder takes the place of, and what it never does.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileError } from '../node/file-error.ts';
import { expectOutput, expectReplaceable, LIBRARY_FOLDER, replaceFolder } from './write-folder.ts';

/** Whether the file system refuses to put anything in the place of `target`. */
let isHeld = false;
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const renameSync = (from: string, to: string) => {
    if (isHeld && to === target)
      throw Object.assign(new Error(`EPERM: rename '${from}' -> '${to}'`), { code: 'EPERM' });
    real.renameSync(from, to);
  };
  return { ...real, renameSync };
});

let folder = '';
let target = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-write-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  isHeld = false;
  await rm(folder, { recursive: true, force: true });
  target = join(folder, 'search');
  await mkdir(target, { recursive: true });
});

/** More than any system gives. */
const DEAD = 2 ** 30 + 1;
const refusal = (message: RegExp) => ({ code: 'bad-option', message: expect.stringMatching(message) });
/** Of this process, which other writes do not take for left over. */
const ownBeside = async () => (await readdir(folder)).filter((name) => name.startsWith(`.search.${process.pid}.`));
const bytes = (text: string) => new TextEncoder().encode(text);

describe('replaceFolder', () => {
  it.each([
    ['a web app', '{"name":"Shop","icons":[]}'],
    ['a library', '{"format":"latelight-engine"}'],
    ['text', 'not JSON'],
    ['a list', 'null'],
  ])('leaves a folder alone whose manifest.json is that of %s', async (_, manifest) => {
    await writeFile(join(target, 'manifest.json'), manifest);
    await writeFile(join(target, 'letter.txt'), 'dear');
    let filled = false;
    const replaced = replaceFolder(target, async () => {
      filled = true;
    });
    await expect(replaced).rejects.toMatchObject(
      refusal(/absent, empty or an older index, got a folder of other files/),
    );
    expect(filled).toBe(false);
    expect((await readdir(target)).sort()).toEqual(['letter.txt', 'manifest.json']);
  });

  it('takes the place of an older index, of an older library for a library, and of an empty folder', async () => {
    const write = (kind?: typeof LIBRARY_FOLDER) =>
      replaceFolder(target, (put) => put('new.txt', bytes('new')), undefined, kind);
    for (const [marker, format, kind] of [
      ['manifest.json', 'latelight', undefined],
      ['engine.json', 'latelight-engine', LIBRARY_FOLDER],
    ] as const) {
      await write(kind);
      expect(await readdir(target)).toEqual(['new.txt']);
      await rm(join(target, 'new.txt'));
      await writeFile(join(target, marker), JSON.stringify({ format, version: 0 }));
      await write(kind);
      expect(await readdir(target)).toEqual(['new.txt']);
      await rm(join(target, 'new.txt'));
    }
  });

  it('puts the older folder back when the new one cannot take its place', async () => {
    await writeFile(join(target, 'manifest.json'), '{"format":"latelight"}');
    const replaced = replaceFolder(target, async (put) => {
      await put('new.txt', bytes('new'));
      // As a run elsewhere does, that takes the new folder for left over.
      for (const own of await ownBeside()) await rm(join(folder, own), { recursive: true });
    });
    await expect(replaced).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(folder)).toEqual(['search']);
    expect(await readdir(target)).toEqual(['manifest.json']);
  });

  it('keeps the older folder beside its place when it cannot be put back either, and the next run puts it back', async () => {
    await writeFile(join(target, 'manifest.json'), '{"format":"latelight"}');
    isHeld = true;
    const replaced = replaceFolder(target, (put) => put('new.txt', bytes('new')));
    const error = await replaced.catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'EPERM' });
    const [old] = await readdir(folder);
    expect(old).toMatch(new RegExp(`^\\.search\\.${process.pid}\\.[0-9a-f]+\\.old$`));
    expect(await readdir(folder)).toEqual([old]);
    expect(error.message).toContain(old);
    isHeld = false;
    await expect(replaceFolder(target, () => Promise.reject(new Error('no more')))).rejects.toThrow('no more');
    expect(await readdir(folder)).toEqual(['search']);
    expect(await readdir(target)).toEqual(['manifest.json']);
  });

  it('clears what a process that was killed left beside the target, and no more', async () => {
    for (const left of [
      `.search.${DEAD}.0a1b2c3d.tmp`,
      `.search.${DEAD}.0a1b2c3d.old`,
      `.search.${process.pid}.0a1b2c3d.tmp`,
      `.search.${process.ppid}.0a1b2c3d.tmp`,
      `.other.${DEAD}.0a1b2c3d.tmp`,
    ]) {
      await mkdir(join(folder, left));
    }
    await writeFile(join(folder, `.search.${DEAD}.0a1b2c3d.tmp.txt`), '');
    await replaceFolder(target, (put) => put('new.txt', bytes('new')));
    expect((await readdir(folder)).sort()).toEqual(
      [
        `.other.${DEAD}.0a1b2c3d.tmp`,
        `.search.${DEAD}.0a1b2c3d.tmp.txt`,
        `.search.${process.ppid}.0a1b2c3d.tmp`,
        'search',
      ].sort(),
    );
    expect(await readdir(target)).toEqual(['new.txt']);
  });

  it('writes a target twice at once, each whole, and the one that is ready last stays', async () => {
    let secondBegan = () => {};
    const second = new Promise<void>((resolve) => {
      secondBegan = resolve;
    });
    let firstDone = () => {};
    const first = new Promise<void>((resolve) => {
      firstDone = resolve;
    });
    const writes = [
      replaceFolder(target, async (put) => {
        await put('a.txt', bytes('first'));
        await second;
        await put('b.txt', bytes('first'));
      }).then(() => firstDone()),
      replaceFolder(target, async (put) => {
        await put('a.txt', bytes('second'));
        secondBegan();
        await first;
        expect(await readdir(target)).toEqual(['a.txt', 'b.txt']);
        await put('c.txt', bytes('second'));
      }),
    ];
    await Promise.all(writes);
    expect(await readdir(folder)).toEqual(['search']);
    expect((await readdir(target)).sort()).toEqual(['a.txt', 'c.txt']);
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('second');
  });

  it('puts the older folder back that a process was killed over, also when this run fails', async () => {
    await rm(target, { recursive: true });
    await mkdir(join(folder, `.search.${DEAD}.0a1b2c3d.old`));
    await writeFile(join(folder, `.search.${DEAD}.0a1b2c3d.old/manifest.json`), '{"format":"latelight"}');
    const failed = replaceFolder(target, () => Promise.reject(new Error('no more')));
    await expect(failed).rejects.toThrow('no more');
    expect(await readdir(folder)).toEqual(['search']);
    expect(await readdir(target)).toEqual(['manifest.json']);
  });

  it.skipIf(!existsSync('/dev/full'))('names the file that the disk has no room for, and its bytes', async () => {
    const full = replaceFolder(target, async (put) => {
      const [own] = await ownBeside();
      await symlink('/dev/full', join(folder, own, 'codes.lls'));
      await put('codes.lls', bytes('codes'));
    });
    const error = await full.catch((thrown) => fileError(thrown, 'index'));
    expect(error).toMatchObject({
      code: 'storage-full',
      message: expect.stringContaining(
        `room for ${join(target, 'codes.lls')} (5 B more), got ENOSPC (write). Make room`,
      ),
    });
  });

  it('does not take the place of a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'dear');
    await expect(expectReplaceable(file)).rejects.toMatchObject(refusal(/got a file/));
    expect(await readFile(file, 'utf8')).toBe('dear');
  });
});

describe('expectOutput', () => {
  it('refuses the input, what the input is in, and what is reached by a link to either', async () => {
    const input = join(target, 'docs');
    await mkdir(input);
    await symlink(target, join(folder, 'link'));
    for (const output of [input, target, folder, join(folder, 'link'), join(folder, 'link/docs')]) {
      await expect(expectOutput(output, [input]), output).rejects.toMatchObject(
        refusal(/expected the output to be another folder than the input.*outside of or below it/),
      );
    }
    await expectOutput(join(input, 'index'), [input]);
    await expectOutput(join(target, 'docs-index'), [input]);
  });

  it('refuses a place in no folder', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(expectOutput(join(folder, 'none/index'), [])).rejects.toMatchObject(refusal(/found none/));
    await expect(expectOutput(join(folder, 'file/index'), [])).rejects.toMatchObject(refusal(/found a file/));
  });
});
