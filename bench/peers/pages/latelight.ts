import type { SearchEngine } from '../../../src/types.ts';
import { RANKED, SHOWN } from '../peer-page.ts';

let engine: SearchEngine;

window.peer = {
  async open() {
    const script = new URL('../latelight-index/latelight.js', location.href).href;
    const { open } = (await import(/* @vite-ignore */ script)) as typeof import('../../../src/latelight.ts');
    engine = await open(new URL('.', script).href);
  },
  async search(query) {
    const { hits } = await engine.search(query, { limit: SHOWN, perPage: 1 });
    return hits.map(({ url, title, excerpt }) => ({ url, title, excerpt }));
  },
  rank: {
    '': async (query) => (await engine.search(query, { limit: RANKED / 10, perPage: 1 })).hits.map(({ url }) => url),
  },
};
