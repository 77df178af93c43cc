// What a system says of a write that failed names no file, as an open one does.

/** @returns the error itself, which knows the file and the bytes that it was to take */
export function withFile(error: unknown, path: string, bytes: number): unknown {
  if (error instanceof Error && 'syscall' in error && !('path' in error)) Object.assign(error, { path, bytes });
  return error;
}
