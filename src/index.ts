// The public browser API. Re-exports only.

export { ERROR_CODES, type ErrorCode, LatelightError } from './errors.ts';
export { open } from './open.ts';
export type * from './types.ts';
