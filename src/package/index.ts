// `import ... from 'latelight'`: the npm package's own entry, for apps that are bundled. Re-exports only. Pages without a bundler
// import the index folder's latelight.js (src/latelight.ts), which is what this one loads.

export type { FilterChoice } from '../element/filter-choice.ts';
export type { Group } from '../element/grouping.ts';
export type { Language } from '../element/languages.ts';
export type { Messages, Translations } from '../element/messages.ts';
export type * from '../element/public-element.ts';
export { ERROR_CODES, type ErrorCode, LatelightError } from '../errors.ts';
export type * from '../types.ts';
export { defineElement, open } from './index-script.ts';
