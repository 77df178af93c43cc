// `latelight/node`: makes indexes from JavaScript. Re-exports only.

export type { ModelOverrides } from '../encoder/model-config.ts';
export { ERROR_CODES, type ErrorCode, LatelightError } from '../errors.ts';
export { createIndex } from './create-index.ts';
export type * from './options.ts';
