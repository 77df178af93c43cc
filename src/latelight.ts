// The one script of a site: defines <latelight-search> and gives the engine to pages that bring their own interface.

import './element/latelight-search.ts';

export * from './index.ts';
