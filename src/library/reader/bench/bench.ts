// The reader alone on a page, for its end-to-end tests: documents are handed in by the test. Part of no build.

import type { DocumentPassage } from '../../types.ts';
import '../latelight-reader.ts';
import type { DocumentKind } from '../../../ingest/document-kind.ts';

export interface Shown {
  kind: DocumentKind;
  path: string;
  /** Nothing for a document without a file. */
  content?: string | number[];
  /** Address of the file instead of its content. */
  from?: string;
  passages: DocumentPassage[];
  passage?: number;
  words?: string[];
}

let lastId = 0;

export async function show(shown: Shown): Promise<void> {
  const reader = document.querySelector('latelight-reader')!;
  const { content, from, passages } = shown;
  const bytes = from ? await (await fetch(from)).arrayBuffer() : content;
  const part = Array.isArray(bytes) ? new Uint8Array(bytes) : bytes;
  const file = part === undefined ? undefined : new Blob([part]);
  reader.document = {
    id: ++lastId,
    path: shown.path,
    title: shown.path.split('/').at(-1)!,
    kind: shown.kind,
    sizeBytes: file?.size ?? 0,
    addedAt: 0,
    state: 'done',
    passageCount: passages.length,
    doneCount: passages.length,
    warnings: [],
    hasFile: file !== undefined,
  };
  reader.file = file;
  reader.passages = passages;
  reader.place = { passage: shown.passage, words: shown.words ?? [] };
  await reader.updateComplete;
}

declare global {
  interface Window {
    show: typeof show;
  }
}
window.show = show;
