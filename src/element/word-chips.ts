// Which word of the query is looked at: pointed at for a moment, or pinned until it is pressed again or other words are searched.

import type { ReactiveControllerHost } from 'lit';
import type { SearchResult } from '../types.ts';
import { type Chip, chipsOf } from './views/chips-view.ts';

export class WordChips {
  list: Chip[] = [];
  pinned: number | undefined;
  private pointed: number | undefined;
  private source: SearchResult | undefined;
  private readonly host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.host = host;
  }

  /** The word whose marks stand out, or nothing for all. */
  get shown(): number | undefined {
    return this.pointed ?? this.pinned;
  }

  /** Takes the words of the result that is about to show. */
  read(result: SearchResult | undefined): void {
    if (result === this.source) return;
    if (result?.query !== this.source?.query) this.pinned = this.pointed = undefined;
    this.source = result;
    this.list = result ? chipsOf(result) : [];
  }

  readonly onPoint = (word: number | undefined): void => {
    this.pointed = word;
    this.host.requestUpdate();
  };

  readonly onToggle = (word: number): void => {
    this.pinned = this.pinned === word ? undefined : word;
    this.pointed = undefined;
    this.host.requestUpdate();
  };
}
