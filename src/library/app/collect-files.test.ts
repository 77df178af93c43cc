import { expect, test } from 'vitest';
import type { AddedFile } from '../types.ts';
import { batches, type FileStream, filesOfEntry, filesOfHandle, filesOfList, isLeftOut } from './collect-files.ts';

type Tree = { [name: string]: Tree | string };

const TREE: Tree = {
  'a.md': 'a',
  '.hidden.md': 'no',
  papers: { 'b.pdf': 'b', '.git': { config: 'no' }, node_modules: { 'c.js': 'no' }, deep: { 'd.txt': 'd' } },
};
const PATHS = ['root/a.md', 'root/papers/b.pdf', 'root/papers/deep/d.txt'];

const file = (name: string, text = '') => new File([text], name);
const denied = () => new DOMException('not allowed', 'NotReadableError');

/** Of a file, and of a folder once its first file was told. */
const UNREADABLE = { 'a.md': 'a', 'b.md': '!', closed: { 'c.md': 'c', '!': '' }, 'd.md': 'd' };
const READABLE = ['root/a.md', 'root/closed/c.md', 'root/d.md'];

function handle(name: string, node: Tree | string): FileSystemHandle {
  const content =
    typeof node === 'string'
      ? { kind: 'file', getFile: async () => (node === '!' ? Promise.reject(denied()) : file(name, node)) }
      : {
          kind: 'directory',
          async *values() {
            for (const [child, inner] of Object.entries(node)) {
              if (child === '!') throw denied();
              yield handle(child, inner);
            }
          },
        };
  return { name, ...content } as unknown as FileSystemHandle;
}

function entry(name: string, node: Tree | string): FileSystemEntry {
  if (typeof node === 'string')
    return {
      name,
      isFile: true,
      file: (done: (file: File) => void, fail: (error: unknown) => void) =>
        node === '!' ? fail(denied()) : done(file(name, node)),
    } as never;
  const children = Object.entries(node).map(([child, inner]) => (child === '!' ? undefined : entry(child, inner)));
  // Two at a time, as browsers give a hundred.
  const createReader = () => ({
    readEntries: (done: (entries: FileSystemEntry[]) => void, fail: (error: unknown) => void) => {
      const next = children.splice(0, children[1] ? 2 : 1);
      return next.includes(undefined) ? fail(denied()) : done(next as FileSystemEntry[]);
    },
  });
  return { name, isFile: false, createReader } as never;
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of stream) found.push(one);
  return found;
}
const paths = async (files: FileStream) => (await all(files)).map(({ path }) => path);

test('a folder gives its files with their paths, without hidden ones, packages and git', async () => {
  expect(await paths(filesOfHandle(handle('root', TREE)))).toEqual(PATHS);
  expect(await paths(filesOfEntry(entry('root', TREE)))).toEqual(PATHS);
});

test('what the browser does not give, a file or the rest of a folder, is told without content, and the others come', async () => {
  for (const stream of [filesOfHandle(handle('root', UNREADABLE)), filesOfEntry(entry('root', UNREADABLE))]) {
    const found = await all(stream);
    expect(found.filter((one) => one.file).map(({ path }) => path)).toEqual(READABLE);
    expect(found.filter((one) => !one.file).map(({ path }) => path)).toEqual(['root/b.md', 'root/closed/']);
  }
});

test('a picked file has the path its input says', async () => {
  const deep = Object.defineProperty(file('b.md'), 'webkitRelativePath', { value: 'notes/b.md' });
  const hidden = Object.defineProperty(file('c.md'), 'webkitRelativePath', { value: 'notes/.obsidian/c.md' });
  expect(await paths(filesOfList([file('a.md'), deep, hidden]))).toEqual(['a.md', 'notes/b.md']);
});

test('only whole names are left out', () => {
  expect(['a/node_modules/b.js', '.env', '__MACOSX/a'].map(isLeftOut)).toEqual([true, true, true]);
  expect(['my_node_modules/b.js', 'a.b/c.d', 'git/config.txt'].map(isLeftOut)).toEqual([false, false, false]);
});

test('batches end by count or by size, and none is empty', async () => {
  async function* stream(sizes: number[]): FileStream {
    for (const size of sizes) yield { path: 'a', file: { size } as Blob };
  }
  const lengths = async (sizes: number[]) =>
    (await all<AddedFile[]>(batches(stream(sizes)))).map(({ length }) => length);
  expect(await lengths(Array(130).fill(1))).toEqual([64, 64, 2]);
  expect(await lengths([40e6, 1, 1])).toEqual([1, 2]);
  expect(await lengths([])).toEqual([]);
});
