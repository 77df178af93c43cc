// What IndexedDB holds of a library. Codes are in the origin private file system, in shard files; so are the documents.

import type { VocabularyUse } from '../../encoder/vocabulary-use.ts';
import type { FileRef, FragmentRef, LexiconRef, ShardRef } from '../../format/manifest.ts';
import type { EncodedPassage } from '../../indexing/encode-passage.ts';
import type { Passage } from '../../shared-types.ts';
import type { LibraryDocument } from '../types.ts';

export interface StoredDocument extends Omit<LibraryDocument, 'hasFile' | 'older'> {
  /** Name of the file among the kept documents; absent of those that came with an index. */
  fileName?: string;
  /** Of the file's bytes. */
  sha256: string;
  /** Rows before pooling, of the passages that are done. */
  tokenCount: number;
  /** Passages that were not encoded again, because the document it replaces had them. */
  reusedCount?: number;
  /** Segment that holds it, once it is done. */
  segment?: string;
  /** The document of the same path whose place it takes when it is done. */
  replaces?: number;
  /** How often reading it was begun: one that took the page down with it goes last the next time. */
  attempts?: number;
  /** It is being replaced: found until then, but not listed. */
  isReplaced?: boolean;
}

/** A passage with its codes. */
export interface StoredPassage {
  passage: Passage;
  encoded: EncodedPassage;
}

/** Passages of a document that is not done yet, in the order they were encoded. */
export interface StoredPart {
  documentId: number;
  /** First passage of the part. */
  first: number;
  passages: StoredPassage[];
}

/** A few thousand passages of whole documents: an index of its own, never changed, only replaced. */
export interface StoredSegment {
  key: string;
  /** In the order of their passages. One without a record was removed. */
  documents: { id: number; passageCount: number }[];
  passageCount: number;
  tokenCount: number;
  shards: ShardRef[];
  fragments: FragmentRef[];
  lexicon: LexiconRef[];
  pages: FileRef;
  filters?: FileRef;
  /** How common each word is in its passages. Absent of what a version made that did not count them. */
  vocabulary?: VocabularyUse;
}

/** Whether all of its passages are kept, and it is not in a segment yet. */
export function isWhole(document: StoredDocument | undefined): boolean {
  return document?.state === 'indexing' && document.passageCount > 0 && document.doneCount === document.passageCount;
}
