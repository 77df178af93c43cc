// Which tab indexes: the one that has a lock, for as long as it lives. Before it begins, what the last one left half-done is cleaned up.

import { toErrorData } from '../../errors.ts';
import type { LibraryStore } from '../storage/library-store.ts';
import { announce } from './announcements.ts';
import type { DocumentList } from './document-list.ts';
import type { Indexer, Problem } from './indexer.ts';
import type { Segmenter } from './segmenter.ts';

const LOCK = 'latelight-library-indexer';
/** Milliseconds without it after which it is another tab's: the page before a reload lets go of it a moment late. */
const ELSEWHERE_MS = 2000;

export interface TurnTools {
  store: LibraryStore;
  list: DocumentList;
  indexer: Indexer;
  segmenter: Segmenter;
  /** Of what makes codes. */
  fingerprint: string;
}

export class IndexingTurn {
  /** This tab indexes, or would if there were something to index. */
  isTaken = false;
  /** It is another tab's, which did not only just let go of it. */
  isElsewhere = false;
  private readonly tools: TurnTools;
  private isAsked = false;
  /** Of the lock, whether this tab could take over or not. */
  private isHeld = false;
  private hasFailed = false;

  constructor(tools: TurnTools) {
    this.tools = tools;
  }

  /** Asks for it, if it has not: a tab that cannot index would keep it from those that can. */
  ask(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    const waiting = setTimeout(() => this.setElsewhere(true), ELSEWHERE_MS);
    void navigator.locks.request(LOCK, async () => {
      clearTimeout(waiting);
      this.isHeld = true;
      this.tools.indexer.hear(undefined);
      announce({ type: 'stopped', problem: undefined });
      this.setElsewhere(false);
      await this.take();
      return new Promise(() => undefined);
    });
  }

  /** Tries again what failed, if it did. */
  async retry(): Promise<void> {
    if (this.hasFailed) await this.take();
  }

  /** Tells those who wait why indexing stands still. */
  tell(problem: Problem): void {
    if (this.isHeld) announce({ type: 'stopped', problem });
  }

  /** Notes what the tab whose turn it is told. */
  hear(problem: Problem | undefined): void {
    if (!this.isHeld) this.tools.indexer.hear(problem);
  }

  private setElsewhere(is: boolean): void {
    this.isElsewhere = is;
    if (is) announce({ type: 'waiting' });
    this.tools.list.touch();
  }

  private async take(): Promise<void> {
    this.hasFailed = false;
    try {
      await this.takeOver();
    } catch (error) {
      this.hasFailed = true;
      const { code, message } = toErrorData(error, 'storage-failed');
      this.tools.indexer.stop(code, `${message} Resume to try again, or reload this page.`);
      this.tools.list.flush();
    }
  }

  private async takeOver(): Promise<void> {
    const { store, list, indexer, segmenter, fingerprint } = this.tools;
    const before = await store.setting('codes');
    if (before !== fingerprint) {
      // Another model's codes cannot be searched with this one's: every document is indexed again from its file.
      if (before !== undefined) {
        await segmenter.dropAll();
        for (const { id, state } of await store.documents())
          if (state === 'indexing') await store.restart(id, { state: 'waiting', passageCount: 0 });
      }
      await store.setSetting('codes', fingerprint);
    }
    await store.sweep();
    await segmenter.compact().catch(() => undefined); // costs space alone, until the next removal or start
    await list.load(before !== undefined && before !== fingerprint);
    this.isTaken = true;
    list.touch();
    indexer.start();
    // Those who search look again, and say again what they found damaged while nobody indexed.
    announce({ type: 'segments' });
  }
}
