import { create, load, type Results, search, type TypedDocument } from '@orama/orama';
import { INDEX_FILE, ORAMA, ORAMA_SEARCH } from '../keyword-settings.ts';
import { excerptAround, RANKED, SHOWN } from '../peer-page.ts';

const db = create(ORAMA);
type Found = Results<TypedDocument<typeof db>>;
/** `threshold` is the share of documents kept that have only some of the words: 1 all of them, 0 none. */
const find = async (term: string, limit: number, threshold = 1) =>
  ((await search(db, { ...ORAMA_SEARCH, term, limit, threshold } as never)) as Found).hits.map(
    ({ document }) => document,
  );

window.peer = {
  async open() {
    load(db, await (await fetch(INDEX_FILE)).json());
  },
  async search(query) {
    const words = query.toLowerCase().split(/\s+/);
    return (await find(query, SHOWN)).map(({ url, title, text }) => ({
      url,
      title,
      excerpt: excerptAround(text, words),
    }));
  },
  rank: {
    'any word': async (query) => (await find(query, RANKED)).map(({ url }) => url),
    'all words': async (query) => (await find(query, RANKED, 0)).map(({ url }) => url),
  },
};
