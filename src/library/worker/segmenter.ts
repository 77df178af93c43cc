// Which segments there are: finished documents join one, removed ones leave theirs, small ones become one. A tab at a time, under a lock.
// A document of a segment that has no record any more was removed: that it is still in there is seen by nobody, and costs space alone.

import { LatelightError } from '../../errors.ts';
import type { ShardShape } from '../../format/shard.ts';
import type { DocumentChange, LibraryStore } from '../storage/library-store.ts';
import { isMissing } from '../storage/private-files.ts';
import { isWhole, type StoredDocument, type StoredPassage, type StoredSegment } from '../storage/records.ts';
import { type CountWords, composeSegment, haveCodes, readSegment, type SegmentDocument } from '../storage/segment.ts';

const LOCK = 'latelight-library-segments';
/**
 * Passages from which on a segment takes no others in. A search asks each segment for itself: 20,000 passages are then some eight of
 * them; and a merge holds its passages in memory, about 6 KB each.
 */
const FULL_SEGMENT = 4096;

export class Segmenter {
  private readonly store: LibraryStore;
  private readonly shape: ShardShape;
  private readonly countWords: CountWords;
  private readonly onChange: () => void;
  private readonly onDropped: (ids: number[], isAgain: boolean) => void;
  /** Documents whose segment could not be read: once is a damaged file, twice is what this very app writes. */
  private readonly salvaged = new Set<number>();

  /**
   * @param onChange called when other segments are there than before
   * @param onDropped called with documents that are to be indexed again, because what was made of them cannot be used, and whether that
   * came to pass of one of them before: a third time would be no better
   */
  constructor(
    store: LibraryStore,
    shape: ShardShape,
    countWords: CountWords,
    onChange: () => void,
    onDropped: (ids: number[], isAgain: boolean) => void,
  ) {
    this.store = store;
    this.shape = shape;
    this.countWords = countWords;
    this.onChange = onChange;
    this.onDropped = onDropped;
  }

  /** The documents of all segments, as they are at one moment. */
  readAll(): Promise<SegmentDocument[]> {
    return this.alone(async () => this.documentsOf(await this.store.segments(), []));
  }

  /**
   * Makes documents whose passages are all kept searchable, in the place of those they replace. These leave their segments as removed ones
   * do, each by itself: taken in with what they replace, segments would melt into one with a few edits.
   */
  async finish(ids: readonly number[]): Promise<void> {
    const isRoomToFree = await this.alone(async () => {
      const found = await Promise.all(ids.map((id) => this.store.document(id)));
      const whole = found.flatMap((document) => (document && isWhole(document) ? [document] : []));
      const passages = await this.wholePassages(whole);
      const usable = whole.filter(({ id }) => passages.has(id));
      if (usable.length === 0) return false;
      const replaced = usable.flatMap(({ replaces }) => replaces ?? []);
      // Indexed again beside its successor, when another model was taken: what is forgotten must not be written back.
      const documents = usable.filter(({ id }) => !replaced.includes(id));
      const segments = await this.store.segments();
      const passageCount = documents.reduce((sum, { doneCount }) => sum + doneCount, 0);
      const removed = smallOnes(segments, passageCount);
      const kept = await this.documentsOf(removed, replaced);
      for (const { id, tokenCount } of documents) {
        kept.push({ id, tokenCount, passages: passages.get(id) ?? [] });
      }
      await this.replace(removed, kept, { finished: documents.map(({ id }) => id), forgotten: replaced });
      return replaced.length > 0;
    });
    // They are in no search by now: what space they took can be freed later.
    if (isRoomToFree) await this.compact().catch(() => undefined);
  }

  /**
   * Forgets documents in whatever state, with those they were to replace; `compact` frees their space. With `keepOlder` those stay, and are
   * no longer replaced. What is done by then stays too: it took the older one's place, and nothing of it is left to cancel.
   */
  remove(ids: readonly number[], keepOlder = false): Promise<void> {
    return this.alone(async () => {
      const found = (await Promise.all(ids.map((id) => this.store.document(id)))).filter((one) => one !== undefined);
      const known = keepOlder ? found.filter(({ state }) => state !== 'done') : found;
      const replaced = known.flatMap(({ replaces }) => replaces ?? []);
      const gone = new Set([...known.map(({ id }) => id), ...(keepOlder ? [] : replaced)]);
      const older = keepOlder ? replaced : [];
      await this.store.forget([...gone], older);
      this.onChange();
    });
  }

  /** Writes segments again without the documents that were removed, where there is room for it. */
  compact(): Promise<void> {
    return this.alone(() => this.compactNow());
  }

  /** Drops a segment if it cannot be read, whoever says so; its documents are indexed again from their files. */
  salvage(key: string): Promise<void> {
    return this.alone(async () => {
      const segment = (await this.store.segments()).find((one) => one.key === key);
      if (segment) await this.documentsOf([segment], []);
    });
  }

  /** Drops all segments, whose codes another model made. */
  dropAll(): Promise<void> {
    return this.alone(async () => {
      for (const segment of await this.store.segments()) await this.drop(segment, false);
    });
  }

  /** Passages of documents, but for those of whose nothing can be made: these have failed, and hold up no other. */
  private async wholePassages(documents: readonly StoredDocument[]): Promise<Map<number, StoredPassage[]>> {
    const usable = new Map<number, StoredPassage[]>();
    const reason = 'What was kept of it cannot be used. Add it or import it again.';
    for (const { id } of documents) {
      const passages = (await this.store.parts(id)).flatMap((part) => part.passages);
      if (haveCodes(passages, this.shape)) usable.set(id, passages);
      else await this.store.restart(id, { state: 'failed', reason, passageCount: 0 });
    }
    return usable;
  }

  private async compactNow(): Promise<void> {
    const there = new Set(await this.store.documentIds());
    for (const segment of await this.store.segments()) {
      if (segment.documents.every(({ id }) => there.has(id))) continue;
      try {
        await this.replace([segment], await this.documentsOf([segment], []), { finished: [], forgotten: [] });
      } catch (error) {
        // The old one goes after the new one is there: with no room for both it stays until there is.
        if (!(error instanceof LatelightError && error.code === 'storage-full')) throw error;
      }
    }
  }

  private async salvageNow(segment: StoredSegment): Promise<void> {
    const ids = segment.documents.map(({ id }) => id);
    const isAgain = ids.some((id) => this.salvaged.has(id));
    for (const id of ids) this.salvaged.add(id);
    await this.drop(segment, isAgain);
  }

  private async drop(segment: StoredSegment, isAgain: boolean): Promise<void> {
    const changed = new Map<number, DocumentChange>();
    const afresh = { segment: undefined, passageCount: 0, doneCount: 0, reusedCount: 0, tokenCount: 0 };
    const reason = 'What was kept of it cannot be used any more. Import it again.';
    for (const { id } of segment.documents) {
      const hasFile = (await this.store.document(id))?.fileName !== undefined;
      changed.set(id, { ...afresh, ...(hasFile ? { state: 'waiting' } : { state: 'failed', reason }) });
    }
    const nothing = { added: undefined, texts: new Map(), finished: [], forgotten: [] };
    if (!(await this.store.swap({ ...nothing, removed: [segment], changed }))) return;
    this.onChange();
    this.onDropped([...changed.keys()], isAgain);
  }

  /** The documents of segments with their passages, but for those that were removed, or are to be forgotten. */
  private async documentsOf(
    segments: readonly StoredSegment[],
    forgotten: readonly number[],
  ): Promise<SegmentDocument[]> {
    const documents: SegmentDocument[] = [];
    for (const segment of segments) {
      let passages: Awaited<ReturnType<typeof readSegment>>;
      try {
        passages = await readSegment(segment, this.shape, (ref) => this.store.read(ref));
      } catch (error) {
        if (isDamage(error)) await this.salvageNow(segment);
        throw error;
      }
      for (const [id, own] of passages) {
        const record = forgotten.includes(id) ? undefined : await this.store.document(id);
        if (record) documents.push({ id, tokenCount: record.tokenCount, passages: own });
      }
    }
    return documents;
  }

  private async replace(
    removed: readonly StoredSegment[],
    documents: readonly SegmentDocument[],
    { finished, forgotten }: { finished: number[]; forgotten: number[] },
  ): Promise<void> {
    const texts = new Map<string, Uint8Array>();
    const shards: string[] = [];
    await this.store.namingFiles(async () => {
      const write = async (file: string, content: Uint8Array) => {
        if (!file.startsWith('shards/')) return void texts.set(file, content);
        shards.push(file);
        await this.store.writeShard(file, content);
      };
      let swapped = false;
      try {
        const key = crypto.randomUUID();
        const compose = () => composeSegment(this.shape, key, documents, write, this.countWords);
        const added = documents.length > 0 ? await compose() : undefined;
        swapped = await this.store.swap({ added, texts, removed, finished, forgotten });
      } finally {
        if (!swapped) await Promise.all(shards.map((file) => this.store.removeShard(file)));
      }
    });
    this.onChange();
  }

  /** Runs while nobody else changes segments; once more after it met a damaged one, which is dropped by then. */
  private async alone<T>(run: () => Promise<T>): Promise<T> {
    return navigator.locks.request(LOCK, async () => {
      try {
        return await run();
      } catch (error) {
        if (!isDamage(error)) throw error;
        return run();
      }
    }) as Promise<T>;
  }
}

/** Segments that are no larger than what joins them: each passage is then rewritten a few times in all, not with every document. */
function smallOnes(all: readonly StoredSegment[], passageCount: number): StoredSegment[] {
  const chosen: StoredSegment[] = [];
  let total = passageCount;
  for (const segment of [...all].sort((a, b) => a.passageCount - b.passageCount)) {
    if (segment.passageCount > total || total + segment.passageCount > FULL_SEGMENT) break;
    chosen.push(segment);
    total += segment.passageCount;
  }
  return chosen;
}

/** Whether a segment's file is another than it was, or is not there: not so when the storage itself fails, which may pass. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof LatelightError)) return false;
  return isMissing(error) || ['hash-mismatch', 'bad-shard', 'bad-fragment', 'bad-manifest'].includes(error.code);
}
