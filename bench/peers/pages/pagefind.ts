import { RANKED, SHOWN } from '../peer-page.ts';
import { withoutStopWords } from '../stop-words.ts';

/** The part of Pagefind's browser API that is used here; its package has no types of it. */
interface Pagefind {
  options(options: { baseUrl: string }): Promise<void>;
  init(): Promise<void>;
  search(query: string): Promise<{
    results: { id: string; data(): Promise<{ url: string; meta: { title?: string }; excerpt: string }> }[];
  }>;
}

let pagefind: Pagefind;
const rank = async (query: string) => {
  const { results } = await pagefind.search(query);
  const shown = await Promise.all(results.slice(0, RANKED / 10).map((result) => result.data()));
  return shown.map(({ url }) => url);
};

window.peer = {
  async open() {
    const script = new URL('pagefind/pagefind.js', location.href).href;
    pagefind = (await import(/* @vite-ignore */ script)) as Pagefind;
    // Addresses relative to the documents, not to this page.
    await pagefind.options({ baseUrl: '/' });
    await pagefind.init();
  },
  async search(query) {
    const { results } = await pagefind.search(query);
    const shown = await Promise.all(results.slice(0, SHOWN).map((result) => result.data()));
    return shown.map(({ url, meta, excerpt }) => ({ url, title: meta.title ?? '', excerpt }));
  },
  rank: {
    'as asked': rank,
    'without stop words': (query) => rank(withoutStopWords(query)),
  },
};
