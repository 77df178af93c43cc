import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LatelightError } from '../../errors.ts';
import { cleanPath } from '../clean-path.ts';
import type { FoundFile } from '../collect-files.ts';
import type { AddedFile, ImportReport, Library, LibraryDocument } from '../types.ts';
import { aDocument } from './bench/documents.ts';
import { Jobs } from './jobs.ts';

interface Limits {
  /** Before anything is kept. */
  keeping?: Promise<void>;
  /** Documents that there is room for. */
  room?: number;
  failure?: Error;
}

const FULL = new LatelightError('storage-full', 'library: expected room for more, then resume; nothing was lost.');

let page: EventTarget;
beforeEach(() => {
  page = new EventTarget();
  for (const name of ['addEventListener', 'removeEventListener'] as const) vi.stubGlobal(name, page[name].bind(page));
});
afterEach(() => vi.unstubAllGlobals());

/** Whether the browser asks before the page goes. */
const asks = () => !page.dispatchEvent(new Event('beforeunload', { cancelable: true }));

/** A library that keeps what it is given, and imports what `imports` says of a file's text. */
function setUp(
  imports: Record<string, ImportReport | Error> = {},
  { keeping, room = Number.POSITIVE_INFINITY, failure = FULL }: Limits = {},
) {
  const added: string[] = [];
  const said: string[] = [];
  const documents = new Map<number, LibraryDocument>();
  const untold: LibraryDocument[] = [];
  let nextId = 10;
  const library = {
    state: { documents },
    add: async (files: readonly AddedFile[]) => {
      await keeping;
      const kept = files.slice(0, room - added.length).map(({ path, file: content }) => {
        added.push(path);
        const id = path === 'same.md' ? 1 : nextId++;
        const failed = content?.size === 0 && ({ state: 'failed', reason: 'The file is empty.' } as const);
        const document = aDocument({ id, path: cleanPath(path), ...failed });
        untold.push(document);
        return document;
      });
      // As the worker tells it: what a call that failed has changed comes later.
      if (kept.length < files.length) throw failure;
      for (const document of untold.splice(0)) {
        for (const [known, { path: taken }] of documents) if (taken === document.path) documents.delete(known);
        documents.set(document.id, document);
      }
      return kept;
    },
    import: async (file: Blob) => {
      const report = imports[await file.text()];
      if (report instanceof Error) throw report;
      return report;
    },
  } as unknown as Library;
  const host = {
    library,
    say: (...sentences: string[]) => said.push(...sentences),
    requestUpdate() {},
    addController() {},
  };
  const jobs = new Jobs(host as never);
  const add = async (...files: FoundFile[]) => {
    const isKept = await jobs.add(
      (async function* () {
        yield* files;
      })(),
    );
    return { isKept, ...jobs.report };
  };
  return { jobs, add, added, said, documents };
}

const file = (path: string, text = path): AddedFile => ({ path, file: new Blob([text]) });

test('a zip inside a folder is left out like other kinds, and the rest of the folder goes in', async () => {
  const { add, added } = setUp({ 'books/old.zip': new Error('import: expected an exported library') });
  const files = Array.from({ length: 200 }, (_, n) => file(`books/${n}.md`));
  files.splice(100, 0, file('books/old.zip'));
  expect(await add(...files)).toEqual({
    isKept: true,
    text: '200 documents added. 1 file of other kinds was left out (zip).',
    isFailure: false,
  });
  expect(added).toHaveLength(200);
});

test('it is said what took the place of another document, and what was here already', async () => {
  const { add, documents } = setUp();
  for (const [id, path] of ['same.md', 'invoice.txt'].entries()) documents.set(id + 1, aDocument({ id: id + 1, path }));
  expect(await add(file('invoice.txt'), file('same.md'), file('new.md'), file('newer.md'))).toMatchObject({
    text: '2 documents added, 1 replaced, 1 unchanged.',
  });
  expect(await add(file('same.md'))).toMatchObject({ text: '1 document unchanged.' });
  expect(await add(file('same.md'), file('new.md'))).toMatchObject({ text: '1 document replaced, 1 unchanged.' });
});

test('an import that changed nothing says only that', async () => {
  const { add } = setUp({ same: { documents: 0, passages: 0, replaced: 0, unchanged: 2, newer: 1 } });
  expect(await add(file('a.zip', 'same'))).toMatchObject({
    text: '2 documents were here already. 1 document here is newer, and was kept.',
  });
});

test('of one path dropped twice the second replaces the first', async () => {
  const { add } = setUp();
  expect(await add(file('a.md'), file('a.md'))).toMatchObject({ text: '1 document added, 1 replaced.' });
});

test('what is hidden in a folder is counted', async () => {
  const { add, added } = setUp();
  const hidden = ['n/.git', 'n/a/.env', 'n/.env'].map((path) => ({
    path,
    file: undefined,
    isHidden: true as const,
  }));
  expect(await add(file('n/a.md'), ...hidden)).toMatchObject({
    text: '1 document added. 3 hidden files or folders were left out (.git, .env).',
  });
  expect(added).toEqual(['n/a.md']);
});

test('an archive that cannot be imported does not stop the others, nor hide what was added', async () => {
  const { add, added } = setUp({
    good: { documents: 3, passages: 40, replaced: 1, unchanged: 0, newer: 2 },
    bad: new Error('import: expected a zip file, got a letter.'),
  });
  const report = await add(file('a.md'), file('bad.zip', 'bad'), file('good.zip', 'good'), file('b.md'));
  expect(report).toEqual({
    isKept: false,
    text: '2 documents added. 3 documents with 40 passages imported, 1 of them in the place of an older one. 2 documents here are newer, and were kept. bad.zip was not imported: import: expected a zip file, got a letter.',
    isFailure: true,
  });
  expect(added).toEqual(['a.md', 'b.md']);
});

test('two pastes of one minute are two documents, also while the first is still being kept', async () => {
  let keep = () => {};
  const keeping = new Promise<void>((resolve) => {
    keep = resolve;
  });
  const { add, added, documents } = setUp({}, { keeping });
  const name = 'Pasted 2026-11-24 10.32.txt';
  const both = [add(file(name)), add(file(name))];
  keep();
  await Promise.all(both);
  expect(added).toEqual([name, 'Pasted 2026-11-24 10.32 (2).txt']);
  // Removed meanwhile: its name is free again.
  documents.clear();
  await add(file(name));
  expect(added.at(-1)).toBe(name);
});

test('a disk that is full half-way: what went in is counted, and that the others did not is said', async () => {
  const { add, added } = setUp({}, { room: 300 });
  const files = Array.from({ length: 1000 }, (_, n) => file(`books/${n}.md`));
  expect(await add(...files, file('books/logo.psd'))).toEqual({
    isKept: false,
    text: '300 documents added. The others were not added: the storage this browser gives is full. Remove documents or free space on this device, then add them again.',
    isFailure: true,
  });
  expect(added).toHaveLength(300);
  // Tried again without room.
  expect(await add(...files.slice(300))).toMatchObject({
    text: 'Nothing was added: the storage this browser gives is full. Remove documents or free space on this device, then add them again.',
  });
});

test('what went in before any other failure is counted, too, and the failure is named', async () => {
  const failure = new LatelightError(
    'storage-failed',
    'library: expected the browser’s storage to work, got a letter.',
  );
  const { add, documents } = setUp({}, { room: 2, failure });
  documents.set(1, aDocument({ id: 1, path: 'a.md' }));
  expect(await add(file('a.md'), file('./b.md'), file('c.md'))).toMatchObject({
    isKept: false,
    text: '1 document added, 1 replaced. The others were not added: library: expected the browser’s storage to work, got a letter. Then add them again.',
  });
});

test('while something runs the browser asks before the page goes, until the last of it is done', async () => {
  let keep = () => {};
  const keeping = new Promise<void>((resolve) => {
    keep = resolve;
  });
  const { add, jobs } = setUp(
    { same: { documents: 1, passages: 1, replaced: 0, unchanged: 0, newer: 0 } },
    { keeping },
  );
  expect(asks()).toBe(false);
  const adding = add(file('a.md'));
  expect(asks()).toBe(true);
  await add(file('a.zip', 'same'));
  expect(asks()).toBe(true);
  let isDone = false;
  const done = jobs.untilDone().then(() => {
    isDone = true;
  });
  expect(isDone).toBe(false);
  keep();
  await adding;
  await done;
  expect(asks()).toBe(false);
});

test('what went wrong is not taken away by a reload before it is dismissed', async () => {
  const { add, jobs } = setUp({ bad: new Error('import: expected a zip file, got a letter.') });
  const order: string[] = [];
  const adding = add(file('bad.zip', 'bad')).then(() => order.push('added'));
  const done = jobs.untilDone().then(() => order.push('reloaded'));
  await adding;
  await jobs.export(); // fails, too: this library has none
  order.push('dismissed');
  jobs.dismiss();
  await done;
  expect(order).toEqual(['added', 'dismissed', 'reloaded']);
  // What a person had before them is no reason to wait.
  await jobs.export();
  await jobs.untilDone();
});

test('what failed while something else ran is told with what comes after it, until it is dismissed', async () => {
  let keep = () => {};
  const keeping = new Promise<void>((resolve) => {
    keep = resolve;
  });
  const bad = new Error('import: expected a zip file, got a letter.');
  const { add, jobs, said } = setUp({ bad }, { keeping });
  const adding = add(file('a.md'));
  await add(file('bad.zip', 'bad'));
  for (const _ of [1, 2]) jobs.fail(new Error('expected storage.'));
  keep();
  const failures =
    'bad.zip was not imported: import: expected a zip file, got a letter. That did not work: expected storage.';
  const together = (text: string) => ({ isKept: true, text: `${failures} ${text}`, isFailure: true });
  expect(await adding).toEqual(together('1 document added.'));
  // Each is said to a screen reader when it comes.
  expect(said.at(-1)).toBe('1 document added.');
  jobs.dismissSuccess();
  expect(await add(file('b.md'))).toEqual(together('1 document added.'));
  jobs.dismiss();
  expect(jobs.report).toBeUndefined();
  expect(await add(file('c.md'))).toEqual({ isKept: true, text: '1 document added.', isFailure: false });
});

test('what failed when nothing else ran has been seen, and makes way for what is asked for next', async () => {
  const { add, jobs } = setUp({ bad: new Error('import: expected a zip file, got a letter.') });
  await add(file('bad.zip', 'bad'));
  jobs.fail(new Error('expected storage.'));
  expect(jobs.report?.text).toBe('That did not work: expected storage.');
  expect(await add(file('a.md'))).toEqual({ isKept: true, text: '1 document added.', isFailure: false });
});

test('a file that could not be read, and took the place of no other, is told of', async () => {
  const { add, documents } = setUp();
  documents.set(1, aDocument({ id: 1, path: 'same.md' }));
  expect(await add(file('a.md'), file('same.md', ''))).toEqual({
    isKept: false,
    text: '1 document added. same.md was not added: The file is empty. The one that was here is kept.',
    isFailure: true,
  });
  expect(await add(file('b.md', ''))).toMatchObject({ text: '1 document added.' });
});
