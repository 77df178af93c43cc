// How MiniSearch and Orama are set up: as a careful site owner would. Builder and page both need it.

import type { Options } from 'minisearch';

/** A passage of the same ingest that Latelight uses; the text is kept for excerpts. */
export interface KeywordDocument {
  id: string;
  url: string;
  /** Innermost heading. */
  title: string;
  /** Page title and the headings between. */
  titles: string;
  text: string;
}

export const INDEX_FILE = 'index.json';

/** VitePress's settings of MiniSearch (`search.provider: 'local'`), the ones most sites run. */
export const MINISEARCH: Options<KeywordDocument> = {
  fields: ['title', 'titles', 'text'],
  storeFields: ['url', 'title', 'text'],
  searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
};

/** Orama's BM25 with its defaults and the same boosts. Its stemming was tried and found fewer of the names. */
export const ORAMA = { schema: { url: 'string', title: 'string', titles: 'string', text: 'string' } } as const;
export const ORAMA_SEARCH = { properties: ['title', 'titles', 'text'], boost: { title: 4, text: 2, titles: 1 } };
