// One file on its own, from bytes to passages, as tests want it.

import { type PageOptions, type PageOutcome, parsePage, passagesOf } from './ingest-page.ts';

export function ingestPage(path: string, bytes: Uint8Array, options: PageOptions): PageOutcome {
  const outcome = parsePage(path, bytes);
  return 'skipped' in outcome ? outcome : passagesOf(path, outcome.page, options);
}
