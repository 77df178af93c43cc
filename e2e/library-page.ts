// The library's page in tests: opened, filled, looked into. What storage holds is read past the app's own code.

import { expect, type Page } from '@playwright/test';
import type { Library } from '../src/library/types.ts';
import type { Evaluates } from './evaluates.ts';

export const LIBRARY = '/library/';

export interface LibraryElement extends HTMLElement {
  library: Library | undefined;
}

/** Opens the page; resolves when its library can be asked. Fails at once with what the page says when it cannot be opened. */
export async function openLibraryPage(page: Page, url = LIBRARY): Promise<void> {
  await page.goto(url);
  const opened = await page.waitForFunction(() => {
    if (document.querySelector<LibraryElement>('latelight-library')?.library) return 'open';
    const opening = document.querySelector('#opening');
    return opening?.getAttribute('role') === 'alert' && opening.textContent?.trim();
  });
  expect(await opened.jsonValue()).toBe('open');
}

export interface TestFile {
  path: string;
  /** Text, or bytes in base64. */
  text?: string;
  base64?: string;
}

export async function addFiles(page: Evaluates, files: readonly TestFile[]): Promise<void> {
  await page.evaluate(async (list) => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    const bytes = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const blobs = list.map(({ path, text, base64 }) => ({ path, file: new Blob([text ?? bytes(base64 ?? '')]) }));
    await library!.add(blobs);
  }, files);
}

export async function firstHit(page: Evaluates, query: string, filter: Record<string, string[]> = {}) {
  return page.evaluate(
    async ([text, by]) => {
      const { engine } = document.querySelector<LibraryElement>('latelight-library')!.library!;
      const { hits } = await engine.search(text as string, { filter: by as Record<string, string[]>, limit: 3 });
      return hits.map(({ title, url, excerpt }) => ({ title, url, excerpt }))[0];
    },
    [query, filter] as const,
  );
}

export function removeDocuments(page: Page, ids: readonly number[]): Promise<void> {
  return page.evaluate(
    (list) => document.querySelector<LibraryElement>('latelight-library')!.library!.remove(list),
    ids,
  );
}

/** Resolves when nothing is left to index, or indexing stands still for a reason. */
export async function settled(page: Evaluates): Promise<void> {
  await page.evaluate(async () => {
    const { library } = document.querySelector<LibraryElement>('latelight-library')!;
    await new Promise<void>((resolve) => {
      const look = () => {
        const { documents, problem } = library!.state;
        const isOver = [...documents.values()].every(({ state }) => state === 'done' || state === 'failed');
        if (isOver || problem) resolve();
      };
      library!.subscribe(look);
      look();
    });
  });
}

export interface ListedDocument {
  id: number;
  path: string;
  state: string;
  passageCount: number;
  doneCount: number;
  reason: string | undefined;
}

export function listed(page: Evaluates): Promise<ListedDocument[]> {
  return page.evaluate(() => {
    const { documents } = document.querySelector<LibraryElement>('latelight-library')!.library!.state;
    return [...documents.values()].map(({ id, path, state, passageCount, doneCount, reason }) => {
      return { id, path, state, passageCount, doneCount, reason };
    });
  });
}

export interface Stored {
  documents: {
    id: number;
    state: string;
    fileName?: string;
    segment?: string;
    passageCount: number;
    reusedCount?: number;
  }[];
  segments: { key: string; documents: { id: number; passageCount: number }[]; shards: string[]; texts: string[] }[];
  parts: [number, number][];
  texts: string[];
  /** Names in the origin private file system. */
  files: string[];
  shards: string[];
}

/** What the browser's storage holds. */
export function stored(page: Page): Promise<Stored> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('latelight-library');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const transaction = database.transaction(['documents', 'parts', 'segments', 'files']);
    const [documents, parts, segments, texts] = await Promise.all([
      all(transaction.objectStore('documents').getAll()),
      all(transaction.objectStore('parts').getAllKeys()),
      all(transaction.objectStore('segments').getAll()),
      all(transaction.objectStore('files').getAllKeys()),
    ]);
    database.close();
    const library = await (await navigator.storage.getDirectory()).getDirectoryHandle('latelight-library', {
      create: true,
    });
    const names = async (folder: string) => {
      const found: string[] = [];
      for await (const name of (await library.getDirectoryHandle(folder, { create: true })).keys()) found.push(name);
      return found;
    };
    type Ref = { file: string };
    return {
      documents: documents.map(({ id, state, fileName, segment, passageCount, reusedCount }) => {
        return { id, state, fileName, segment, passageCount, reusedCount };
      }),
      segments: segments.map(({ key, documents: own, shards, fragments, lexicon, pages, filters }) => ({
        key,
        documents: own,
        shards: (shards as Ref[]).map(({ file }) => file.replace('shards/', '')),
        texts: [...fragments, ...lexicon, pages, ...(filters ? [filters] : [])].map(({ file }: Ref) => file),
      })),
      parts: parts as [number, number][],
      texts: texts as string[],
      files: await names('documents'),
      shards: await names('shards'),
    };
  });
}

/** What is there that nothing names, and what is named that is not there: nothing of either after a clean-up. */
export function differences(state: Stored): { orphans: string[]; missing: string[] } {
  const named = {
    files: state.documents.flatMap(({ fileName }) => fileName ?? []),
    shards: state.segments.flatMap(({ shards }) => shards),
    texts: state.segments.flatMap(({ texts }) => texts),
  };
  const documents = new Map(state.documents.map((document) => [document.id, document]));
  const without = (all: string[], known: string[]) => all.filter((name) => !known.includes(name));
  const lost = state.parts.filter(([id]) => documents.get(id)?.state !== 'indexing').map((key) => `part ${key}`);
  const notIn = state.segments.flatMap(({ key, documents: own }) =>
    own.filter(({ id }) => documents.get(id)?.segment !== key).map(({ id }) => `document ${id} of segment ${key}`),
  );
  const unfound = state.documents
    .filter(({ state: at, segment, id }) => {
      const own = state.segments.find(({ key }) => key === segment)?.documents.find((one) => one.id === id);
      return at === 'done' && !own;
    })
    .map(({ id }) => `segment of document ${id}`);
  return {
    orphans: [
      ...without(state.files, named.files),
      ...without(state.shards, named.shards),
      ...without(state.texts, named.texts),
      ...lost,
      ...notIn,
    ],
    missing: [
      ...without(named.files, state.files),
      ...without(named.shards, state.shards),
      ...without(named.texts, state.texts),
      ...unfound,
    ],
  };
}
