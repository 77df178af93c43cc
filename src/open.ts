// `open`, without what it needs: a page that only shows a search box loads the engine's side of it when a search is near.

import { LatelightError } from './errors.ts';
import type { OpenOptions, SearchEngine } from './types.ts';

/** The site's build puts the address of the client's file here (vite.config.ts); in the others the client is no file of its own. */
const CLIENT = 'latelight:client';
let failures = 0;

/** Most browsers keep a failed import for as long as the page lives, under the address that was asked for (whatwg/html 6768). */
function importClient(): Promise<typeof import('./worker/client.ts')> {
  return failures > 0 ? import(/* @vite-ignore */ `${CLIENT}?again=${failures}`) : import('./worker/client.ts');
}

/**
 * Opens an index made by `latelight index`.
 * @param url the index folder, absolute or relative to the page
 * @returns an engine that can search: in the instant stage when the index has a query table, else with everything ready
 * @throws LatelightError by code (docs/FORMAT.md, "Errors"): `download-failed`, `hash-mismatch`, `bad-manifest`, `bad-shard`, `bad-codec`,
 * `bad-model`, `no-webassembly`, `no-webgpu`, `device-lost`, `insecure-context`, `bad-option`, `worker-crashed`, `aborted`
 */
export async function open(url: string | URL, options?: OpenOptions): Promise<SearchEngine> {
  const client = await importClient().catch((cause) => {
    failures++;
    throw new LatelightError('download-failed', `open: expected the script of the search, got: ${cause}`, { cause });
  });
  return client.open(url, options);
}
