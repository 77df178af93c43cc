// The reader's script as the page brings it: until it is here, and where it cannot be had, the app itself says so in the reader's place.

import type { ReactiveControllerHost } from 'lit';
import { words } from './words.ts';

interface ReaderScriptHost extends ReactiveControllerHost {
  readonly importReader: (() => Promise<unknown>) | undefined;
  say(...sentences: string[]): void;
}

export class ReaderScript {
  /** Why there is no reader. */
  problem = '';
  private isLoading = false;
  private readonly host: ReaderScriptHost;

  constructor(host: ReaderScriptHost) {
    this.host = host;
  }

  get isHere(): boolean {
    return customElements.get('latelight-reader') !== undefined;
  }

  /** To be called whenever a document is opened: what could not be had is asked for again. */
  async load(): Promise<void> {
    if (this.isHere || this.isLoading) return;
    this.problem = '';
    this.isLoading = true;
    try {
      await this.host.importReader?.();
    } catch {
      this.problem = words.noReader;
      this.host.say(this.problem);
    }
    this.isLoading = false;
    this.host.requestUpdate();
  }
}
