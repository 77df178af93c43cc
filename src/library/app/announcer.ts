// What is said into the live region: sentences of the last second together, so that none is lost and none is cut off by the next.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

const COLLECT_MS = 1000;

export class Announcer implements ReactiveController {
  text = '';
  private readonly host: ReactiveControllerHost;
  private sentences: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  say(...sentences: string[]): void {
    this.sentences.push(...sentences);
    if (this.sentences.length === 0) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const text = this.sentences.splice(0).join(' ');
      // The same words again are a change only with a space more.
      this.text = text === this.text ? `${text}\u00a0` : text;
      this.host.requestUpdate();
    }, COLLECT_MS);
  }
}
