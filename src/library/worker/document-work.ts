// One document from its file to passages that are kept: read, compared with what is kept already, encoded, kept a few at a time.

import { LatelightError, throwIfAborted, unlessAborted } from '../../errors.ts';
import type { EncodedPassage } from '../../indexing/encode-passage.ts';
import type { Passage } from '../../shared-types.ts';
import type { Parsed, ReadDocument } from '../documents/document-protocol.ts';
import { sentence } from '../sentence.ts';
import type { LibraryStore } from '../storage/library-store.ts';
import type { StoredDocument, StoredPart, StoredPassage } from '../storage/records.ts';

/** Passages kept at once, and milliseconds after which fewer are: what a crash costs at most. */
const PART_PASSAGES = 16;
const PART_MS = 3000;

export interface WorkTools {
  store: LibraryStore;
  parse: (path: string, file: Blob, signal: AbortSignal, onTurn: () => Promise<void>) => Promise<Parsed>;
  encode: (context: string, text: string) => Promise<EncodedPassage>;
  /** Passages to have under way at once. */
  lanes: number;
  /** Passages that were encoded before, of the document it replaces. */
  known: (document: StoredDocument) => Promise<Map<string, EncodedPassage>>;
  /** Resolves at once unless indexing is paused. */
  unpaused: () => Promise<void> | undefined;
  onChange: (document: StoredDocument) => void;
  onEncoded: () => void;
}

/** What decides a passage's codes. */
export function passageKey({ title, headings, text }: Passage): string {
  return JSON.stringify([title, headings, text]);
}

/**
 * @returns whether all of its passages are kept; false when it cannot be read, which its record then says, or is gone
 * @throws LatelightError `aborted`; what storage and encoding throw
 */
export async function workOn(document: StoredDocument, tools: WorkTools, signal: AbortSignal): Promise<boolean> {
  const { store } = tools;
  const note = (changed: StoredDocument | undefined): StoredDocument => {
    if (!changed) throw new LatelightError('aborted', 'index: the document was removed');
    tools.onChange(changed);
    return changed;
  };
  let current = document;
  // Kept before it is read, each time: what takes the page down while it is read goes last the next time, and the others before it.
  const countAttempt = async () => {
    const state = document.state === 'waiting' ? 'reading' : document.state;
    current = note(await store.change(document.id, { state, attempts: (document.attempts ?? 0) + 1 }));
  };
  const file = await store.file(document);
  const parsed = file
    ? await tools.parse(document.path, file, signal, countAttempt)
    : { skipped: 'Its file is not there any more.' };
  throwIfAborted(signal, 'index');
  if ('skipped' in parsed) {
    note(await store.restart(document.id, { state: 'failed', reason: sentence(parsed.skipped), passageCount: 0 }));
    return false;
  }
  const { title, passages, warnings } = parsed;
  const about = { state: 'indexing', title, passageCount: passages.length, warnings, reason: undefined } as const;
  const doneCount = agreeing(await store.parts(document.id), parsed);
  current = note(
    doneCount === current.doneCount ? await store.change(document.id, about) : await store.restart(document.id, about),
  );
  await encodeRest(current, parsed, tools, signal, note);
  return true;
}

/** Passages kept that are still what the document begins with: the app may read it otherwise by now. All, or none. */
function agreeing(parts: readonly StoredPart[], { passages }: ReadDocument): number {
  const kept = parts.flatMap(({ passages: some }) => some);
  const agrees = kept.every(
    ({ passage }, at) => at < passages.length && passageKey(passage) === passageKey(passages[at]),
  );
  return agrees ? kept.length : 0;
}

async function encodeRest(
  document: StoredDocument,
  { passages, contexts }: ReadDocument,
  tools: WorkTools,
  signal: AbortSignal,
  note: (changed: StoredDocument | undefined) => StoredDocument,
): Promise<void> {
  const known = await tools.known(document);
  const begun = new Map<number, Promise<EncodedPassage>>();
  const begin = (at: number) => {
    if (at >= passages.length || begun.has(at)) return;
    const encoded = known.get(passageKey(passages[at])) ?? tools.encode(contexts[at], passages[at].text);
    const promise = Promise.resolve(encoded);
    promise.catch(() => undefined); // heard of when its turn comes
    begun.set(at, promise);
  };
  let first = document.doneCount;
  let batch: StoredPassage[] = [];
  let reused = 0;
  let keptAt = performance.now();
  const keep = async () => {
    if (batch.length > 0) note(await tools.store.addPart(document.id, first, batch, reused));
    first += batch.length;
    batch = [];
    reused = 0;
    keptAt = performance.now();
  };
  for (let at = first; at < passages.length; at++) {
    const pause = tools.unpaused();
    if (pause) {
      await keep();
      await unlessAborted(pause, signal, 'index');
    }
    throwIfAborted(signal, 'index');
    for (let ahead = 0; ahead <= tools.lanes; ahead++) begin(at + ahead);
    const encoded = await begun.get(at)!;
    begun.delete(at);
    batch.push({ passage: passages[at], encoded });
    if (known.has(passageKey(passages[at]))) reused++;
    tools.onEncoded();
    if (batch.length >= PART_PASSAGES || performance.now() - keptAt > PART_MS) await keep();
  }
  await keep();
}
