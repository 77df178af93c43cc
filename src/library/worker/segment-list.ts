// The segments that are open for searching, kept in step with the storage: each is an index of its own in a scorer of its own.

import type { SearchSite } from '../../engine/candidates.ts';
import { type CreateScorer, SearchIndex } from '../../engine/search-index.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import type { LibraryStore } from '../storage/library-store.ts';
import type { StoredSegment } from '../storage/records.ts';
import { EMPTY_SEGMENT, type SegmentSource, segmentManifest } from '../storage/segment-source.ts';
import { announce } from './announcements.ts';
import { isDamage } from './segmenter.ts';

/** Its `site` number is never used again: a hit of an earlier search is not taken for another segment's. */
export interface OpenSegment extends SearchSite {
  segment: StoredSegment;
}

export class SegmentList {
  private readonly store: LibraryStore;
  private readonly source: SegmentSource;
  private readonly engine: EngineFile;
  private readonly pageUrl: string;
  private scorerFor: (segment: StoredSegment) => CreateScorer;
  private open: OpenSegment[] = [];
  private retired: OpenSegment[] = [];
  private nextSite = 0;
  private refreshing: Promise<void> = Promise.resolve();

  /** @param pageUrl what hits' addresses are relative to */
  constructor(
    store: LibraryStore,
    source: SegmentSource,
    engine: EngineFile,
    pageUrl: string,
    scorerFor: (segment: StoredSegment) => CreateScorer,
  ) {
    this.store = store;
    this.source = source;
    this.engine = engine;
    this.pageUrl = pageUrl;
    this.scorerFor = scorerFor;
  }

  /** At least one, after the first `refresh`. */
  get all(): readonly OpenSegment[] {
    return this.open;
  }

  /** Resolves when no refresh is under way: what is announced before a search is found by it. */
  get settled(): Promise<void> {
    return this.refreshing.catch(() => undefined);
  }

  find(site: number): OpenSegment | undefined {
    return [...this.open, ...this.retired].find((segment) => segment.site === site);
  }

  /** Opens what is new and closes what is gone; one refresh after another. */
  refresh(): Promise<void> {
    this.refreshing = this.refreshing.catch(() => undefined).then(() => this.refreshNow());
    return this.refreshing;
  }

  /** Puts what is open into other scorers, after a device was lost; what opens from now on goes to such ones too. */
  refill(scorerFor: (segment: StoredSegment) => CreateScorer): Promise<void> {
    this.scorerFor = scorerFor;
    this.refreshing = this.refreshing
      .catch(() => undefined)
      .then(async () => {
        for (const { index, segment } of this.open) await index.replaceScorer(scorerFor(segment));
      });
    return this.refreshing;
  }

  close(): void {
    for (const { index } of this.open) index.close();
    this.open = [];
    this.closeRetired();
  }

  private async refreshNow(): Promise<void> {
    const wanted = [EMPTY_SEGMENT, ...(await this.store.segments())];
    const there = new Set(await this.store.documentIds());
    const known = new Map(this.open.map((open) => [open.segment.key, open]));
    const next: OpenSegment[] = [];
    for (const segment of wanted) {
      const open = known.get(segment.key) ?? (await this.tryOpen(segment));
      if (!open) continue;
      open.offered = passagesOf(segment, there);
      next.push(open);
    }
    this.retired.push(...this.open.filter((open) => !next.includes(open)));
    this.open = next;
  }

  /** Frees what a refresh took out of the list; not while a search may be at it. */
  closeRetired(): void {
    for (const { index } of this.retired) index.close();
    this.retired = [];
  }

  /** Nothing when it was replaced meanwhile, which is heard of next, or is damaged. */
  private async tryOpen(segment: StoredSegment): Promise<OpenSegment | undefined> {
    try {
      const manifest = segmentManifest(this.engine, segment);
      const index = await SearchIndex.open(this.source, manifest, this.scorerFor(segment));
      return { segment, index, site: this.nextSite++, siteRoot: this.pageUrl, weight: 1, filter: {} };
    } catch (error) {
      if (!isDamage(error)) throw error;
      const isThere = (await this.store.segments()).some(({ key }) => key === segment.key);
      if (isThere) announce({ type: 'damaged', key: segment.key });
      return undefined;
    }
  }
}

/** One bit a passage: those of documents that are there; nothing when all are. */
export function passagesOf(
  { documents, passageCount }: Pick<StoredSegment, 'documents' | 'passageCount'>,
  there: ReadonlySet<number>,
): Uint32Array | undefined {
  if (documents.every(({ id }) => there.has(id))) return undefined;
  const bitmap = new Uint32Array(Math.ceil(passageCount / 32));
  let first = 0;
  for (const { id, passageCount: own } of documents) {
    if (there.has(id)) for (let at = first; at < first + own; at++) bitmap[at >> 5] |= 1 << (at & 31);
    first += own;
  }
  return bitmap;
}
