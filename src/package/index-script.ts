// The script in the index folder, loaded when it is asked for. No bundler sees it: script, worker and index come from one build
// whatever version of the package an app was made with, and a worker's chunks stay where they are.

import type { LatelightSearchConstructor } from '../element/public-element.ts';
import { LatelightError, throwIfAborted, unlessAborted } from '../errors.ts';
import type { OpenOptions, SearchEngine } from '../types.ts';
import { baseUri } from '../worker/base-uri.ts';

/** What this entry uses of src/latelight.ts. */
export interface IndexScript {
  open: (url: string | URL, options?: OpenOptions) => Promise<SearchEngine>;
  LatelightSearch: LatelightSearchConstructor;
}

/**
 * Opens an index made by `latelight index`, with the script of its folder.
 * @param url the index folder, absolute or relative to the page
 * @returns an engine that can search: in the instant stage when the index has a query table, else with everything ready
 * @throws an error with a `code` of `ERROR_CODES`. Tell it by that, not by `instanceof`: the script in the folder has a
 * LatelightError of its own. `download-failed` when there is no such script, `bad-option` in Node and for a folder of another
 * origin, and those of the engine: `hash-mismatch`, `bad-manifest`, `bad-shard`, `bad-codec`, `bad-model`, `no-webassembly`,
 * `no-webgpu`, `device-lost`, `insecure-context`, `worker-crashed`, `aborted`
 */
export async function open(url: string | URL, options: OpenOptions = {}): Promise<SearchEngine> {
  throwIfAborted(options.signal, 'open');
  const folder = indexFolder('open', url);
  const script = await unlessAborted(load('open', folder), options.signal, 'open');
  return script.open(folder, options);
}

/**
 * Defines <latelight-search>, with an index folder as what elements without `src` search. A page has one such element: the folder
 * that was asked for first gives the script.
 * @param url the index folder, absolute or relative to the page
 * @returns the element's class, whose `translations` can be added to
 * @throws an error with a `code`, as of `open`: `download-failed`, `bad-option`
 */
export async function defineElement(url: string | URL): Promise<LatelightSearchConstructor> {
  const { LatelightSearch } = await load('defineElement', indexFolder('defineElement', url));
  return (customElements.get('latelight-search') as LatelightSearchConstructor | undefined) ?? LatelightSearch;
}

/** Absolute, with the slash that a folder may be named without. */
function indexFolder(caller: string, url: string | URL): string {
  if (typeof document === 'undefined') {
    throw new LatelightError(
      'bad-option',
      `${caller}: expected a page in a browser, got no document. Call it on the client only; what makes indexes in Node is latelight/node.`,
    );
  }
  if (!URL.canParse(url, baseUri())) {
    throw new LatelightError('bad-option', `${caller}: expected the address of an index folder, got ${url}.`);
  }
  const folder = new URL(url, baseUri());
  if (folder.origin !== globalThis.origin) {
    // Nor would its worker start: browsers start none of another origin.
    throw new LatelightError(
      'bad-option',
      `${caller}: expected an index folder of the page's own origin, got ${folder}. Give one of another origin to mergeIndex.`,
    );
  }
  return folder.href.replace(/\/?$/, '/');
}

async function load(caller: string, folder: string): Promise<IndexScript> {
  const address = `${folder}latelight.js`;
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ address);
  } catch (cause) {
    throw new LatelightError(
      'download-failed',
      `${caller}: expected the script of an index at ${address}, got: ${cause}. Publish the folder that \`latelight index\` writes, and name it as the page can fetch it.`,
      { cause },
    );
  }
}
