// What the file system refuses -> an error that names the path and what to do, instead of a stack. Reads that a command expects to fail have
// words of their own; this is for the rest, mostly writes.

import { type ErrorCode, LatelightError } from '../errors.ts';
import { formatBytes } from '../format-bytes.ts';

const BESIDE = 'A new folder stands beside an older one until it is whole.';

/** What was expected of a path, under which code, and what to do. */
const REFUSALS: Record<string, [code: ErrorCode, expected: string, next: string]> = {
  EACCES: ['bad-option', 'to be allowed to use', 'Choose another folder, or change its permissions.'],
  EPERM: ['bad-option', 'to be allowed to use', 'Choose another folder, or change its permissions.'],
  EROFS: ['bad-option', 'to be able to write', 'Choose a folder that is not read-only.'],
  ENOENT: ['bad-option', 'to find', 'Check the path, and that nothing else removes it.'],
  ENOTDIR: ['bad-option', 'only folders above', 'Choose another path.'],
  EEXIST: ['bad-option', 'a folder or nothing at', 'Move the file away, or choose another path.'],
  EISDIR: ['bad-option', 'a file at', 'Check the path.'],
  ENOTEMPTY: ['bad-option', 'nothing else to write to', 'Run one indexing of a folder at a time.'],
  ENAMETOOLONG: ['bad-option', 'a shorter path than', 'Choose another.'],
  ELOOP: ['bad-option', 'no circle of links at', 'Choose another path.'],
  ENOSPC: ['storage-full', 'room for', `Make room on the disk, or choose a folder on another. ${BESIDE}`],
  EDQUOT: ['storage-full', 'room for', `Make room in your quota, or choose a folder on another disk. ${BESIDE}`],
  EMFILE: ['storage-failed', 'to open', 'Allow more open files (ulimit -n).'],
  EIO: ['storage-failed', 'to read or write', 'Check the disk.'],
};

/** @returns undefined for what is no error of the file system */
export function fileError(error: unknown, command: string): LatelightError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path, dest, bytes } = error as NodeJS.ErrnoException & { dest?: string; bytes?: number };
  // Sockets have these codes too, but no path.
  const refusal = syscall !== undefined && code !== undefined ? REFUSALS[code] : undefined;
  if (!refusal) return undefined;
  const [errorCode, expected, next] = refusal;
  const file = dest ?? path ?? 'a file';
  const place = bytes === undefined ? file : `${file} (${formatBytes(bytes)} more)`;
  return new LatelightError(errorCode, `${command}: expected ${expected} ${place}, got ${code} (${syscall}). ${next}`, {
    cause: error,
  });
}
