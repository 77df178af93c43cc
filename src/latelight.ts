// The one script of a site: defines <latelight-search> and gives the engine to pages that bring their own interface.

import { LatelightSearch } from './element/latelight-search.ts';

// The index folder is where this script lies. (A variable, because Vite rewrites `new URL('.', import.meta.url)`.)
const script = import.meta.url;
LatelightSearch.defaultSrc = new URL('.', script).href;

export * from './engine-api.ts';
export { LatelightSearch };
