// Which documents are worked on, and when what is done of them becomes searchable. One tab's worker indexes; the others take over.

import { LatelightError, toErrorData } from '../../errors.ts';
import type { ShardShape } from '../../format/shard.ts';
import type { EncodedPassage } from '../../indexing/encode-passage.ts';
import type { LibraryStore } from '../storage/library-store.ts';
import { isWhole, type StoredDocument } from '../storage/records.ts';
import { readSegment } from '../storage/segment.ts';
import type { DocumentList } from './document-list.ts';
import type { DocumentParser } from './document-parser.ts';
import { passageKey, workOn } from './document-work.ts';
import type { EncodePool } from './encode-pool.ts';
import { IndexingRun } from './indexing-run.ts';
import type { Segmenter } from './segmenter.ts';

/** Passages that are made searchable together, and milliseconds after which fewer are: each time costs a segment. */
const FINISH_PASSAGES = 512;
const FINISH_MS = 2000;
/** Milliseconds of standing still after which the encoding workers' memory is given back: to open the model anew takes a second or two. */
const IDLE_MS = 30_000;
/** There is something left to do of a document. */
const OPEN = ['waiting', 'reading', 'indexing'];

export interface IndexerTools {
  store: LibraryStore;
  segmenter: Segmenter;
  list: DocumentList;
  parser: DocumentParser;
  shape: ShardShape;
  startPool: () => EncodePool;
  /** Called when it stands still, with what `problem` says. */
  onStop?: (problem: Problem) => void;
}

/** Why indexing stands still. */
export interface Problem {
  code: string;
  message: string;
}

export class Indexer {
  readonly run = new IndexingRun();
  /** Until it is resumed. */
  problem: Problem | undefined;
  /** That of the tab whose turn it is, which stops nothing here: this tab's turn may come. */
  private problemElsewhere: Problem | undefined;
  private readonly tools: IndexerTools;
  private readonly active = new Map<number, AbortController>();
  /** Documents that are being removed. */
  private readonly leaving = new Set<number>();
  /** Documents whose passages are all kept, to be made searchable. */
  private whole: number[] = [];
  private finishing: Promise<void> = Promise.resolve();
  private lookTimer: ReturnType<typeof setTimeout> | undefined;
  private finishTimer: ReturnType<typeof setTimeout> | undefined;
  private idleTimer: ReturnType<typeof setTimeout> | undefined;
  private pool: EncodePool | undefined;
  private isPaused = false;
  private isStarted = false;
  private resumed: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(tools: IndexerTools) {
    this.tools = tools;
  }

  /** From now on documents are worked on. */
  start(): void {
    this.isStarted = true;
    this.takeUpWhole();
    this.pump();
  }

  set paused(paused: boolean) {
    this.isPaused = paused;
    if (paused) {
      let resolve = () => {};
      this.resumed ??= { promise: new Promise<void>((done) => (resolve = done)), resolve: () => resolve() };
      this.idleTimer ??= setTimeout(() => this.endPool(), IDLE_MS);
      return;
    }
    clearTimeout(this.idleTimer);
    this.idleTimer = undefined;
    this.problem = undefined;
    this.problemElsewhere = undefined;
    this.run.forgetRate();
    this.resumed?.resolve();
    this.resumed = undefined;
    if (this.isStarted) this.takeUpWhole();
    this.pump();
  }

  get paused(): boolean {
    return this.isPaused;
  }

  /** As it is shown, whichever tab's turn it is. */
  get standing(): { isPaused: boolean; problem: Problem | undefined } {
    const problem = this.problem ?? this.problemElsewhere;
    return { isPaused: this.isPaused || problem !== undefined, problem };
  }

  /** Notes why the tab whose turn it is stands still: nothing once it is this one's. */
  hear(problem: Problem | undefined): void {
    this.problemElsewhere = problem && { ...problem, message: `Another tab stopped indexing. ${problem.message}` };
    this.tools.list.touch();
  }

  /** Stops work on documents that are about to go, and begins none on them while `removal` lasts. */
  async dropDuring(ids: readonly number[], removal: () => Promise<void>): Promise<void> {
    for (const id of ids) this.leaving.add(id);
    this.drop(ids);
    try {
      await removal();
    } finally {
      for (const id of ids) this.leaving.delete(id);
      this.pump();
    }
  }

  /** Stops work on documents that are gone. */
  drop(ids: readonly number[]): void {
    for (const id of ids) this.active.get(id)?.abort();
    this.whole = this.whole.filter((id) => !ids.includes(id));
  }

  /** Begins what can be begun, and ends what another tab has removed. */
  pump(): void {
    this.drop([...this.active.keys()].filter((id) => !this.tools.list.get(id)));
    if (!this.isStarted) return;
    if (this.isPaused || this.problem) {
      this.standStill();
      return;
    }
    for (;;) {
      const next = this.next();
      if (!next) break;
      // One more than lanes: while the last passages of one are encoded, the next is read.
      if (this.active.size > this.encoders.lanes) return;
      void this.begin(next);
    }
    if (this.active.size === 0) this.rest();
  }

  private next(): StoredDocument | undefined {
    const open = this.tools.list.all.filter(
      (document) =>
        OPEN.includes(document.state) &&
        !this.active.has(document.id) &&
        !this.leaving.has(document.id) &&
        !isWhole(document),
    );
    open.sort((a, b) => (a.attempts ?? 0) - (b.attempts ?? 0) || a.id - b.id);
    return open[0];
  }

  private async begin(document: StoredDocument): Promise<void> {
    const { store, list, parser } = this.tools;
    const controller = new AbortController();
    this.active.set(document.id, controller);
    this.run.begin(document);
    try {
      const isDone = await workOn(
        document,
        {
          store,
          parse: (...document) => parser.parse(...document),
          encode: (context, text) => this.encoders.encode(context, text),
          lanes: this.encoders.lanes,
          known: (of) => this.knownPassages(of),
          unpaused: () => this.resumed?.promise,
          onChange: (changed) => list.put(changed),
          onEncoded: () => this.run.passageEncoded(),
        },
        controller.signal,
      );
      if (isDone) {
        this.whole.push(document.id);
        this.finishSoon();
      }
    } catch (error) {
      if (!controller.signal.aborted) await this.failed(document, error).catch((also) => this.stopFor(also));
    } finally {
      this.active.delete(document.id);
      list.touch();
      this.pump();
    }
  }

  /** A passage that ends workers is the document's fault; anything else stands in the way of all. */
  private async failed(document: StoredDocument, error: unknown): Promise<void> {
    const { code } = toErrorData(error, 'worker-crashed');
    const { store, list } = this.tools;
    // Not by this tab: another one removed it and may not have said so. Begun again as it was known here, it would end so for ever.
    if (code === 'aborted') await list.reload([document.id]);
    else if (code === 'worker-crashed') {
      const reason = 'Encoding it ended unexpectedly, twice.';
      const changed = await store.restart(document.id, { state: 'failed', reason }).catch(() => undefined);
      if (changed) list.put(changed);
    } else this.stopFor(error);
  }

  /** Stands still until it is resumed, and says so as `error` does. */
  stopFor(error: unknown): void {
    const { code, message } = toErrorData(error, 'storage-failed');
    // One of the app's own files: those of an older version may be gone from the server.
    const isOfApp = code === 'download-failed' || code === 'hash-mismatch';
    const next = ' If a newer version was published, reload this page; nothing was lost.';
    this.stop(code, isOfApp ? message + next : message);
  }

  /** Stands still until it is resumed. */
  stop(code: string, message: string): void {
    this.problem = { code, message };
    this.paused = true;
    this.tools.list.touch();
    this.tools.onStop?.(this.problem);
  }

  /** Encoded passages of the document that this one replaces, by what was encoded. */
  private async knownPassages({ replaces }: StoredDocument): Promise<Map<string, EncodedPassage>> {
    const { store, shape } = this.tools;
    const old = replaces === undefined ? undefined : await store.document(replaces);
    const segment = (await store.segments()).find(({ key }) => key === old?.segment);
    const known = new Map<string, EncodedPassage>();
    if (!old || !segment) return known;
    try {
      const passages = (await readSegment(segment, shape, (ref) => store.read(ref))).get(old.id) ?? [];
      const tokens = Math.round(old.tokenCount / Math.max(1, passages.length));
      for (const { passage, encoded } of passages) {
        known.set(passageKey(passage), { ...encoded, tokenCount: tokens });
      }
    } catch (error) {
      // A damaged segment is salvaged elsewhere; here it only saves no work.
      if (!(error instanceof LatelightError)) throw error;
    }
    return known;
  }

  /** Takes up what an end of a tab, or of the storage, came before, and what an import of another tab left. */
  private takeUpWhole(): void {
    const whole = this.tools.list.all.filter((document) => isWhole(document) && !this.leaving.has(document.id));
    this.whole = whole.map(({ id }) => id);
    this.finishSoon();
  }

  private finishSoon(): void {
    if (this.whole.length === 0) return;
    const passages = this.whole.reduce((sum, id) => sum + (this.tools.list.get(id)?.doneCount ?? 0), 0);
    if (passages >= FINISH_PASSAGES) this.finish();
    else this.finishTimer ??= setTimeout(() => this.finish(), FINISH_MS);
  }

  private finish(): void {
    clearTimeout(this.finishTimer);
    this.finishTimer = undefined;
    const { segmenter, list } = this.tools;
    const ids = this.whole.splice(0);
    if (ids.length === 0) return;
    // Never rejected: whatever comes after would be waiting for what failed.
    this.finishing = this.finishing.then(async () => {
      const replaced = ids.flatMap((id) => list.get(id)?.replaces ?? []);
      try {
        await segmenter.finish(ids).finally(() => list.reloadOwn([...ids, ...replaced]));
        // Nothing is made searchable when a document of them was removed meanwhile: the others have another try.
        this.whole.push(...ids.filter((id) => isWhole(list.get(id))));
      } catch (error) {
        this.stopFor(error);
      }
      this.pump();
    });
  }

  private get encoders(): EncodePool {
    this.pool ??= this.tools.startPool();
    return this.pool;
  }

  /** What is under way of them, if anything, is begun again when indexing is resumed. */
  private endPool(): void {
    this.pool?.close();
    this.pool = undefined;
  }

  private endWorkers(): void {
    this.endPool();
    this.tools.parser.close();
  }

  /** Nothing may be left to wait for: the rest was cancelled. */
  private standStill(): void {
    if (this.active.size > 0 || this.next()) return;
    this.endWorkers();
    if (!this.tools.list.all.some(({ state }) => OPEN.includes(state))) this.run.end();
  }

  /** Nothing is left to encode: what is done is made searchable at once, and the workers' memory is given back. */
  private rest(): void {
    this.finish();
    this.endWorkers();
    void this.finishing.then(() => this.lookAround()).catch((error) => this.stopFor(error));
  }

  /** Takes up what there is by now, if nobody said so; the run ends when that is nothing. */
  private async lookAround(): Promise<void> {
    const { list } = this.tools;
    const isNews = await list.catchUp();
    list.touch();
    if (this.active.size > 0 || this.problem) return;
    if (isNews) return this.pump();
    clearTimeout(this.lookTimer);
    if (!list.all.some((document) => isWhole(document) && !this.leaving.has(document.id))) return this.run.end();
    // Another tab that imports makes its own searchable, many at once: only what is left when nothing more is heard of it.
    this.lookTimer = setTimeout(() => {
      if (this.isPaused || this.problem) return;
      this.takeUpWhole();
      this.finish();
    }, FINISH_MS);
  }
}
