// The browser API that the index folder's script exports. Re-exports only. What apps import from npm is package/index.ts.

export { ERROR_CODES, type ErrorCode, LatelightError } from './errors.ts';
export { open } from './open.ts';
export type * from './types.ts';
