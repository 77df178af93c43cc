import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EncodedPassage } from './encode-passage.ts';
import { PassageCache } from './passage-cache.ts';

const passage = (seed: number, bytes = 64): EncodedPassage => ({
  blocks: Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + seed) & 255),
  rowCount: 16,
  tokenCount: 20 + seed,
  words: [0, 5, 1, seed],
  rowWords: [[0, 1], [], [seed]],
});
const LARGE = 30_000;
const keyOf = (seed: number) => PassageCache.key('fingerprint', 'context', `text ${seed}`);

/** `toEqual` takes seconds over large arrays. */
function expectSame(found: EncodedPassage, expected: EncodedPassage) {
  expect(Buffer.compare(found.blocks, expected.blocks)).toBe(0);
  expect({ ...found, blocks: 0 }).toEqual({ ...expected, blocks: 0 });
}

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-test-'));
  path = join(folder, 'cache/index.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

/** What runs append to. */
const partsBeside = async () =>
  (await readdir(dirname(path))).filter((name) => name.endsWith('.part')).map((name) => join(dirname(path), name));

describe('passage cache', () => {
  it('gives back what was put, saved or not, and in the next run', async () => {
    const cache = PassageCache.open(path);
    const keys = await Promise.all(Array.from({ length: 70 }, (_, seed) => keyOf(seed)));
    // Together larger than what is read at once, so that lines lie across its end.
    keys.forEach((key, seed) => {
      cache.put(key, passage(seed, LARGE));
    });
    keys.forEach((key, seed) => {
      expectSame(cache.get(key), passage(seed, LARGE));
    });
    await cache.compact();
    await cache.close();
    const next = PassageCache.open(path);
    expect(next.has(await keyOf(70))).toBe(false);
    keys.forEach((key, seed) => {
      expect(next.has(key)).toBe(true);
      expectSame(next.get(key), passage(seed, LARGE));
    });
    await next.close();
  });

  it('keeps only what the run used, in the same bytes whatever the order', async () => {
    const [a, b, c] = await Promise.all([keyOf(1), keyOf(2), keyOf(3)]);
    const first = PassageCache.open(path);
    first.put(a, passage(1));
    first.put(b, passage(2));
    first.put(c, passage(3));
    await first.compact();
    await first.close();
    const second = PassageCache.open(path);
    expect(second.has(c)).toBe(true);
    expect(second.has(a)).toBe(true);
    await second.compact();
    await second.close();
    const other = join(folder, 'other.jsonl');
    const third = PassageCache.open(other);
    third.put(a, passage(1));
    third.put(c, passage(3));
    await third.compact();
    await third.close();
    expect(await readFile(path, 'utf8')).toBe(await readFile(other, 'utf8'));
  });

  it('finds what an interrupted run appended, but not a torn line, and appends after it', async () => {
    const [a, b, c] = await Promise.all([keyOf(1), keyOf(2), keyOf(3)]);
    const first = PassageCache.open(path);
    first.put(a, passage(1));
    first.put(b, passage(2));
    first.save();
    await first.close();
    const [part] = await partsBeside();
    await truncate(part, (await readFile(part)).length - 20);
    const second = PassageCache.open(path);
    expect([second.has(a), second.has(b)]).toEqual([true, false]);
    second.put(c, passage(3));
    second.save();
    await second.close();
    const third = PassageCache.open(path);
    expect([third.has(a), third.has(b), third.has(c)]).toEqual([true, false, true]);
    expect(third.get(c)).toEqual(passage(3));
    await third.compact();
    await third.close();
    expect(await partsBeside()).toEqual([]);
    const last = PassageCache.open(path);
    expect([last.has(a), last.has(b), last.has(c)]).toEqual([true, false, true]);
    await last.close();
  });

  it('is shared by runs at the same time: each reads its own to the end, and what both encoded is kept', async () => {
    const keys = await Promise.all(Array.from({ length: 200 }, (_, seed) => keyOf(seed)));
    const [of, mid] = [keys.slice(0, 100), keys.slice(100)];
    const a = PassageCache.open(path);
    const b = PassageCache.open(path);
    for (const [i, key] of of.entries()) {
      a.put(key, passage(i, 200 + i));
      b.put(mid[i], passage(100 + i, 500 - i));
    }
    a.save();
    b.save();
    of.forEach((key, i) => {
      expectSame(a.get(key), passage(i, 200 + i));
    });
    await a.compact();
    await a.close();
    mid.forEach((key, i) => {
      expectSame(b.get(key), passage(100 + i, 500 - i));
    });
    await b.compact();
    await b.close();
    expect(await readdir(dirname(path))).toEqual(['index.jsonl']);
    const next = PassageCache.open(path);
    expect(keys.filter((key) => !next.has(key))).toEqual([]);
    expectSame(next.get(of[99]), passage(99, 299));
    await next.close();
  });

  it('passes over what was left that it cannot read', async () => {
    const key = await keyOf(1);
    await mkdir(join(dirname(path), `index.jsonl.${2 ** 30 + 1}.0a1b2c3d.part`), { recursive: true });
    const cache = PassageCache.open(path);
    cache.put(key, passage(1));
    await cache.compact();
    await cache.close();
    const next = PassageCache.open(path);
    expect(next.has(key)).toBe(true);
    await next.close();
  });

  it('is read to the end by a run whose part another takes for left over, as happens between containers', async () => {
    const [a, b] = await Promise.all([keyOf(1), keyOf(2)]);
    const slow = PassageCache.open(path);
    slow.put(a, passage(1));
    slow.save();
    for (const part of await partsBeside()) await rm(part);
    slow.put(b, passage(2));
    slow.save();
    expectSame(slow.get(a), passage(1));
    await slow.compact();
    await slow.close();
    const next = PassageCache.open(path);
    expect([next.has(a), next.has(b)]).toEqual([true, true]);
    await next.close();
  });

  it('takes lines that only look like passages for absent', async () => {
    const key = await keyOf(1);
    await mkdir(dirname(path));
    await appendFile(path, `\n{"key":"${key}","blocks":}\nnot a line\n{"key":"short"}\n`);
    const next = PassageCache.open(path);
    expect(next.has(key)).toBe(false);
    await next.close();
  });

  it('says so when something wrote over the file', async () => {
    const key = await keyOf(1);
    const cache = PassageCache.open(path);
    cache.put(key, passage(1));
    cache.save();
    await writeFile((await partsBeside())[0], 'x'.repeat(5000));
    expect(() => cache.get(key)).toThrow(/written over while it was in use/);
    await cache.close();
  });

  it('takes no other passage for the one that stood there', async () => {
    const [key, other] = await Promise.all([keyOf(1), keyOf(2)]);
    const cache = PassageCache.open(path);
    cache.put(key, passage(1));
    cache.save();
    const [part] = await partsBeside();
    await writeFile(part, (await readFile(part, 'utf8')).replace(key, other));
    expect(() => cache.get(key)).toThrow(/written over while it was in use/);
    await cache.close();
  });

  it('knows a journal, also one that is new, empty or torn, from something else, and is not in the index', async () => {
    const expectUsable = (of = path) => PassageCache.expectUsable(of, join(dirname(path), 'index'));
    expect(() => expectUsable()).not.toThrow();
    const cache = PassageCache.open(path);
    expect(() => expectUsable()).not.toThrow();
    cache.put(await keyOf(1), passage(1));
    cache.save();
    expect(() => expectUsable()).not.toThrow();
    await cache.compact();
    await cache.close();
    expect(() => expectUsable()).not.toThrow();
    await truncate(path, 3);
    expect(() => expectUsable()).not.toThrow();
    for (const other of ['{"name": "my-site"}', '\n{"name": "my-site"}', '\nmy notes\n', '\n'.repeat(100)]) {
      await writeFile(path, other);
      expect(() => expectUsable()).toThrow(/expected .* to be a cache of encoded passages/);
    }
    expect(() => expectUsable(dirname(path))).toThrow(
      `got the folder ${dirname(path)}. Name a file in it, such as ${join(dirname(path), 'passages.jsonl')}.`,
    );
    expect(() => expectUsable(join(dirname(path), 'index/passages.jsonl'))).toThrow(
      /outside of .*index, which is replaced/,
    );
  });

  it('leaves nothing behind when nothing is to be kept', async () => {
    const before = await readdir(tmpdir());
    const cache = PassageCache.open(undefined);
    const made = (await readdir(tmpdir())).filter((name) => !before.includes(name) && name.startsWith('latelight-'));
    cache.put(await keyOf(1), passage(1));
    expect(cache.get(await keyOf(1))).toEqual(passage(1));
    await cache.compact();
    await cache.close();
    expect(made.some((name) => existsSync(join(tmpdir(), name, 'passages.jsonl')))).toBe(false);
  });
});
