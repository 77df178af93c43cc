import MiniSearch, { type SearchOptions, type SearchResult } from 'minisearch';
import { INDEX_FILE, MINISEARCH } from '../keyword-settings.ts';
import { excerptAround, RANKED, SHOWN } from '../peer-page.ts';

let index: MiniSearch;
const rank = async (query: string, options?: SearchOptions) => index.search(query, options).slice(0, RANKED).map(urlOf);
const urlOf = ({ url }: SearchResult): string => url;

window.peer = {
  async open() {
    index = await MiniSearch.loadJSONAsync(await (await fetch(INDEX_FILE)).text(), MINISEARCH);
  },
  async search(query) {
    return index
      .search(query)
      .slice(0, SHOWN)
      .map((hit) => ({ url: urlOf(hit), title: hit.title, excerpt: excerptAround(hit.text, hit.terms) }));
  },
  rank: {
    'prefix and fuzzy': (query) => rank(query),
    'whole words': (query) => rank(query, { fuzzy: false, prefix: false }),
  },
};
