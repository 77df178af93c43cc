import { create, load, type Results, search, type TypedDocument } from '@orama/orama';
import { INDEX_FILE, ORAMA, ORAMA_SEARCH } from '../keyword-settings.ts';
import { excerptAround, RANKED, SHOWN } from '../peer-page.ts';

const db = create(ORAMA);
type Found = Results<TypedDocument<typeof db>>;
const find = async (term: string, limit: number) =>
  ((await search(db, { ...ORAMA_SEARCH, term, limit } as never)) as Found).hits.map(({ document }) => document);

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
    '': async (query) => (await find(query, RANKED)).map(({ url }) => url),
  },
};
