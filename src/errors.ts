// Every error a caller may branch on, by `name` and `code`. Errors cross the worker as plain data and are rebuilt here.

export const ERROR_CODES = [
  'bad-option', // the caller passed something that is not allowed
  'bad-manifest', // manifest.json is not one, or of a version this build does not read
  'bad-shard', // a .lls file fails a check of docs/FORMAT.md
  'bad-fragment', // a fragment file fails a check
  'bad-codec', // a codec file fails a check, or scores could overflow 16 bits
  'bad-model', // a model folder lacks a file, or its files contradict each other
  'hash-mismatch', // bytes differ from the SHA-256 in the manifest
  'download-failed', // the network or server said no (status and URL in the message)
  'insecure-context', // the page is neither https nor localhost, so the browser offers no hashing, cache or GPU
  'no-webassembly', // the browser has it switched off
  'no-webgpu', // device 'webgpu' was asked for and there is none
  'device-lost', // the GPU device was lost and could not be had again
  'worker-crashed', // the search worker died; pending calls reject, the next call starts a new one
  'closed', // the engine was closed
  'aborted', // an AbortSignal fired, or a newer query replaced this one
  'storage-full', // no more room: in the browser for the library (nothing was lost), or on the disk for an index
  'storage-failed', // the browser's storage or the disk cannot be opened, read or written
  'ingest-failed', // the input folder cannot be read at all (single files are reported, not thrown)
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The one error class of Latelight. `message` reads `where: expected X, got Y. What to do.`
 * `code` is stable across versions; `name` is `LatelightError`, or `AbortError` for code `aborted`, as the platform has it.
 */
export class LatelightError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code === 'aborted' ? 'AbortError' : 'LatelightError';
  }
}

/** Of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Of whatever was thrown, for the middle of a sentence: Firefox's messages end in a full stop. */
export function inSentence(error: unknown): string {
  return String(error).replace(/\.+$/, '');
}

export function abortError(what: string): LatelightError {
  return new LatelightError('aborted', `${what}: aborted`);
}

/** Gives up with another signal too. By hand: `AbortSignal.any` is of 2024. @returns ends that */
export function abortWith(controller: AbortController, signal: AbortSignal | undefined): () => void {
  const stop = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  return () => signal?.removeEventListener('abort', stop);
}

/** Throws the error of an aborted signal, so that long loops can be cancelled between steps. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw abortError(what);
}

/** A promise that stops being waited for when the signal fires; the work behind it goes on. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, what: string): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(abortError(what));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** What crosses the worker boundary. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
  stack?: string;
}

export function toErrorData(error: unknown, fallback: ErrorCode): ErrorData {
  if (error instanceof LatelightError) return { code: error.code, message: error.message, stack: error.stack };
  if (error instanceof Error) return { code: fallback, message: error.message, stack: error.stack };
  return { code: fallback, message: String(error) };
}

export function fromErrorData(data: ErrorData): LatelightError {
  const error = new LatelightError(data.code, data.message);
  if (data.stack) error.stack = data.stack;
  return error;
}
