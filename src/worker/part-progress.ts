// How much has come of all that an opening needs, told as its parts arrive.

import type { FileRef } from '../format/manifest.ts';
import type { LoadProgress } from '../types.ts';

export type PartProgress = (part: LoadProgress['part']) => (byteCount: number, fromCache: boolean) => void;

export function bytesOf(files: readonly FileRef[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** @param loadedBytes what is here already */
export function summedProgress(
  totalBytes: number,
  onProgress: (progress: LoadProgress) => void,
  loadedBytes = 0,
): PartProgress {
  let loaded = loadedBytes;
  return (part) => (byteCount, fromCache) => {
    loaded += byteCount;
    onProgress({ loadedBytes: loaded, totalBytes, part, fromCache });
  };
}
