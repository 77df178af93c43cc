import { expect, test } from 'vitest';
import { batches, type FileStream, type FoundFile, filesOfEntry, filesOfHandle, filesOfList } from './collect-files.ts';
import type { AddedFile } from './types.ts';

type Tree = { [name: string]: Tree | string };

const TREE: Tree = {
  'a.md': 'a',
  '.hidden.md': 'no',
  papers: { 'b.pdf': 'b', '.git': { config: 'no' }, node_modules: { 'c.js': 'no' }, deep: { 'd.txt': 'd' } },
};
const PATHS = ['root/a.md', 'root/papers/b.pdf', 'root/papers/deep/d.txt'];
const HIDDEN = ['root/.hidden.md', 'root/papers/.git', 'root/papers/node_modules'];

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
const paths = async (files: FileStream) =>
  (await all(files)).filter(({ isHidden }) => !isHidden).map(({ path }) => path);
const hidden = async (files: FileStream) =>
  (await all(files)).filter(({ isHidden }) => isHidden).map(({ path }) => path);

test('a folder gives its files with their paths, and names hidden ones, packages and git without what is in them', async () => {
  expect(await paths(filesOfHandle(handle('root', TREE)))).toEqual(PATHS);
  expect(await paths(filesOfEntry(entry('root', TREE)))).toEqual(PATHS);
  expect(await hidden(filesOfHandle(handle('root', TREE)))).toEqual(HIDDEN);
  expect(await hidden(filesOfEntry(entry('root', TREE)))).toEqual(HIDDEN);
});

test('what was dropped or chosen itself is taken, whatever it is called', async () => {
  const vault = { 'a.md': 'a', '.trash': { 'b.md': 'b' } };
  expect(await paths(filesOfHandle(handle('.plan.txt', 'plan')))).toEqual(['.plan.txt']);
  expect(await paths(filesOfHandle(handle('.vault', vault)))).toEqual(['.vault/a.md']);
  expect(await paths(filesOfEntry(entry('.plan.txt', 'plan')))).toEqual(['.plan.txt']);
  expect(await paths(filesOfEntry(entry('.vault', vault)))).toEqual(['.vault/a.md']);
  const picked = ['.vault/a.md', '.vault/.trash/b.md', '.vault/.trash/c.md'].map((path) =>
    Object.defineProperty(file('x'), 'webkitRelativePath', { value: path }),
  );
  expect(await paths(filesOfList([file('.plan.txt'), ...picked]))).toEqual(['.plan.txt', '.vault/a.md']);
  expect(await hidden(filesOfList(picked))).toEqual(['.vault/.trash']);
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

test('only whole names are left out', async () => {
  const tree = {
    my_node_modules: { 'b.js': 'b' },
    'a.b': { 'c.d': 'c' },
    git: { 'config.txt': 'd' },
    __MACOSX: { a: 'no' },
  };
  expect(await paths(filesOfHandle(handle('root', tree)))).toEqual([
    'root/my_node_modules/b.js',
    'root/a.b/c.d',
    'root/git/config.txt',
  ]);
});

test('what a system puts into folders is passed over without a word', async () => {
  const tree = { '.DS_Store': 'x', __MACOSX: { a: 'no' }, '.vault': { b: 'no' }, 'c.md': 'c' };
  const found = await all<FoundFile>(filesOfHandle(handle('root', tree)));
  expect(found.map(({ path, isHidden }) => [path, isHidden])).toEqual([
    ['root/.vault', true],
    ['root/c.md', undefined],
  ]);
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
