// One file over HTTP into memory, part by part, no further than the size that is named for it. What is kept of an earlier attempt is not asked for again.

import { abortError, abortWith, inSentence, LatelightError } from '../errors.ts';
import { type FileRef, partsOf } from '../format/engine-refs.ts';
import type { ReadOptions } from '../format/source.ts';
import { type KeptPieces, PIECE_BYTES } from './kept-pieces.ts';

export interface Downloaded {
  bytes: Uint8Array;
  /** How many of them came from pieces that an earlier attempt kept. */
  keptBytes: number;
}

/** How long a request may take. */
export interface TimeLimits {
  /** Milliseconds without a byte. */
  silentMs: number;
  /** Milliseconds in all, however many bytes come; without it there is no such limit. */
  totalMs?: number;
}

/**
 * @param base address of the folder
 * @param cache `reload` asks past what the browser has kept of the answers
 * @throws LatelightError `download-failed`, `hash-mismatch` when there is more than promised, `aborted`
 */
export async function download(
  base: URL,
  ref: FileRef,
  pieces: KeptPieces | undefined,
  limits: TimeLimits,
  { signal, onBytes }: ReadOptions,
  cache: 'default' | 'reload' = 'default',
): Promise<Downloaded> {
  let url = new URL(ref.file, base).href;
  const bytes = roomFor(ref);
  let kept = (await pieces?.readInto(bytes)) ?? 0;
  if (kept > 0) onBytes?.(kept, true);
  let received = kept;
  let pieceStart = kept;
  const keepPiece = () => {
    if (received > pieceStart) pieces?.put(pieceStart, bytes.subarray(pieceStart, received));
    pieceStart = received;
  };
  const patience = new Patience(limits, signal);
  try {
    for (const { file, start, end } of partsOf(ref)) {
      if (received >= end) continue;
      url = new URL(file, base).href;
      const skipped = received - start;
      const headers: HeadersInit = skipped > 0 ? { Range: `bytes=${skipped}-` } : {};
      let response = await fetch(url, { signal: patience.signal, headers, cache });
      const askAgain = async () => {
        await response.body?.cancel();
        patience.renew();
        response = await fetch(url, { signal: patience.signal, cache: 'reload' });
      };
      if (skipped > 0 && !goesOnAt(response, skipped)) {
        // From its start: the server ignored the range, or has nothing there. An answer with the whole file is used as it is; one that
        // has too much to do is not asked for the whole at once.
        if (response.status === 206 || isRefusal(response)) await askAgain();
        if (response.ok) {
          onBytes?.(-skipped, true);
          kept = received = pieceStart = start;
        }
      } else if (isRefusal(response) && cache !== 'reload') await askAgain();
      if (!response.ok || !response.body) throw downloadFailed(url, `status ${response.status}`);
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (received + value.length > end) {
          await reader.cancel();
          throw new LatelightError(
            'hash-mismatch',
            `${file}: expected ${end - start} bytes, got more. Publish the index again.`,
          );
        }
        bytes.set(value, received);
        received += value.length;
        if (received - pieceStart >= PIECE_BYTES) keepPiece();
        patience.renew();
        onBytes?.(value.length, false);
      }
      // Short of its end: whoever checks the whole says so.
      if (received < end) break;
      // No piece goes on in the next part: one that came anew would not join it.
      if (end < ref.bytes) keepPiece();
    }
    return { bytes: bytes.subarray(0, received), keptBytes: kept };
  } catch (error) {
    if (kept > 0) onBytes?.(-kept, true);
    onBytes?.(kept - received, false);
    if (error instanceof LatelightError && error.code === 'hash-mismatch') await pieces?.drop();
    else keepPiece();
    await pieces?.settled();
    if (signal?.aborted) throw abortError('open');
    if (error instanceof LatelightError) throw error;
    throw downloadFailed(url, error, error);
  } finally {
    patience.end();
  }
}

function roomFor({ file, bytes }: FileRef): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new LatelightError(
      'download-failed',
      `${file}: expected room for ${bytes} bytes, got ${inSentence(cause)}. Close other tabs and try again, or index the site again if no file is that large.`,
      { cause },
    );
  }
}

/** Whether a browser may have kept the answer from before the file was there. A server that has too much to do is not asked at once again. */
function isRefusal({ status }: Response): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

/** Whether the answer is the rest of the file, as it is: a compressed one counts other bytes than those that are kept. */
function goesOnAt(response: Response, start: number): boolean {
  const range = response.headers.get('Content-Range');
  return response.status === 206 && range?.startsWith(`bytes ${start}-`) === true && !isEncoded(response);
}

function isEncoded({ headers }: Response): boolean {
  return (headers.get('Content-Encoding') ?? 'identity') !== 'identity';
}

/** A signal that fires with another one, when nothing was heard for some time, or when all of it takes too long. */
export class Patience {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  private readonly unfollow: () => void;
  private readonly ms: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly lastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ silentMs, totalMs }: TimeLimits, signal: AbortSignal | undefined) {
    this.ms = silentMs;
    if (totalMs !== undefined) {
      const late = () => this.controller.abort(new Error(`not all came within ${totalMs / 1000} s`));
      this.lastTimer = setTimeout(late, totalMs);
    }
    this.unfollow = abortWith(this.controller, signal);
    this.renew();
  }

  renew(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.controller.abort(new Error(`nothing came for ${this.ms / 1000} s`)), this.ms);
  }

  end(): void {
    this.unfollow();
    clearTimeout(this.timer);
    clearTimeout(this.lastTimer);
  }
}

export function downloadFailed(url: string, what: unknown, cause?: unknown): LatelightError {
  return new LatelightError('download-failed', `${url}: expected a file, got ${inSentence(what)}. ${remedy(what)}`, {
    cause,
  });
}

function remedy(what: unknown): string {
  if (what !== 'status 404') return 'Check the connection and try again.';
  return 'Is the index folder published, as a whole, and has the address (of the script, or `src`) the base path of the site?';
}
