// `latelight/vite`. Re-exports only.

export type { SiteIndexOptions } from '../node/index-site.ts';
export { type LatelightPluginOptions, latelight, latelight as default, UPDATE_EVENT } from './plugin.ts';
