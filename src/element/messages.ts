// Every word the element says. Plain strings: whoever shows them makes text nodes of them.

import type { ErrorCode } from '../errors.ts';
import type { LoadProgress, SearchResult } from '../types.ts';

const NUMBERS = new Intl.NumberFormat('en');

export const MESSAGES = {
  label: 'Search',
  placeholder: 'Search by meaning',
  hint: 'Results appear as you type. Arrow keys move through them.',
  clear: 'Clear the search',
  results: 'Results',
  why: 'Your words, and what they matched',
  loading: 'Loading the search',
  retry: 'Try again',
  engine: 'How this search was made',
} as const;

/** What went wrong, for someone who only wanted to search. `aborted` is never shown. */
const ERRORS: Record<Exclude<ErrorCode, 'aborted'>, string> = {
  'download-failed': 'Part of the search could not be downloaded.',
  'hash-mismatch': 'A downloaded file is not the one this site published. It was thrown away.',
  'bad-manifest': 'This site’s search index cannot be read.',
  'bad-shard': 'This site’s search index is damaged.',
  'bad-fragment': 'The text of a result is damaged.',
  'bad-codec': 'This site’s search index is damaged.',
  'bad-model': 'The language model of this search is damaged.',
  'insecure-context': 'Search needs a secure connection. Open this page over https.',
  'no-webgpu': 'This search asks for WebGPU, and this browser has none to give.',
  'device-lost': 'The graphics device went away and did not come back.',
  'worker-crashed': 'The search stopped unexpectedly. The device may be short of memory.',
  'bad-option': 'This search box is not set up correctly.',
  'ingest-failed': 'The documents could not be read.',
  closed: 'The search was closed.',
};

export function errorSentence(code: string | undefined): string {
  return ERRORS[code as keyof typeof ERRORS] ?? 'The search failed.';
}

export const OFFLINE_HINT = 'This device seems to be offline. Connect, then try again.';

export function count(value: number): string {
  return NUMBERS.format(value);
}

/** `12.3 of 41.0 MB`: decimal units, the one that suits the total. */
export function byteProgress(loadedBytes: number, totalBytes: number): string {
  const [unit, size] = totalBytes >= 1e9 ? ['GB', 1e9] : totalBytes >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
  const loaded = Math.max(0, Math.min(loadedBytes, totalBytes));
  return `${(loaded / size).toFixed(1)} of ${(totalBytes / size).toFixed(1)} ${unit}`;
}

/** What is going on while an engine opens; `queued` when a query is waiting for it. */
export function loadingNote(progress: LoadProgress | undefined, queued: boolean): string {
  const then = queued ? ' Your search runs as soon as it is ready.' : '';
  if (!progress) return `Getting the search ready.${then}`;
  if (progress.loadedBytes >= progress.totalBytes) return `Starting.${then}`;
  const bytes = byteProgress(progress.loadedBytes, progress.totalBytes);
  return progress.fromCache ? `Loading ${bytes}, kept from last time.${then}` : `Downloading ${bytes}, once.${then}`;
}

/** While hits of the instant stage are on show: what is still to come, or that it will not. */
export function instantNote(progress: LoadProgress | undefined, failed: boolean): string {
  if (failed) return 'Quick results, word by word.';
  if (!progress || progress.loadedBytes >= progress.totalBytes) return 'Quick results; better ones are on their way.';
  return `Quick results; better ones after ${byteProgress(progress.loadedBytes, progress.totalBytes)}.`;
}

export function milliseconds(value: number): string {
  return value > 0 && value < 0.95 ? '< 1 ms' : `${Math.round(value)} ms`;
}

const PROCESSORS: Record<SearchResult['backend'] | SearchResult['encoder'], string> = {
  webgpu: 'WebGPU',
  wasm: 'WASM',
  cpu: 'CPU',
  table: 'word table',
  reference: 'reference',
};

export function processor(name: SearchResult['backend'] | SearchResult['encoder']): string {
  return PROCESSORS[name];
}

/** `WASM · 12 ms`; both names where encoder and scorer differ. */
export function engineSummary({ backend, encoder, timings }: SearchResult): string {
  const names = [...new Set([processor(encoder), processor(backend)])].join(' + ');
  return `${names} · ${milliseconds(timings.totalMs)}`;
}

export function resultNote({ hits, passageCount }: SearchResult): string {
  const passages = passageCount === 1 ? 'passage' : 'passages';
  return hits.length === 0 ? '' : `The best ${count(hits.length)} of ${count(passageCount)} ${passages}`;
}

/** For the live region. */
export function announcement({ hits, query }: SearchResult): string {
  if (hits.length === 0) return nothingFound(query);
  return `${count(hits.length)} ${hits.length === 1 ? 'result' : 'results'} for ${query}`;
}

export function nothingFound(query: string): string {
  return `No results for ${query}`;
}

/** Spoken after a chip's word, whose effect is otherwise only visible. */
export function chipMatches(markCount: number): string {
  return `, ${markCount === 0 ? 'nothing' : count(markCount)} marked`;
}
