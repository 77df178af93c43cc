// What a screen reader is told: counts and stages, once typing pauses, not every keystroke.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A pause long enough that nobody is talked over while typing. */
const ANNOUNCE_AFTER_MS = 700;

export class LiveRegion implements ReactiveController {
  text = '';
  private readonly host: ReactiveControllerHost;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isNews = false;

  constructor(host: ReactiveControllerHost) {
    this.host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.timer);
  }

  /** Takes the place of what waits to be said. Words that do not change are not spoken again, unless they answer another question. */
  say(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const isSame = text === this.text.replace(/\u00a0$/, '');
      // The same words again are a change only with a space more, or one less.
      if (!isSame) this.text = text;
      else if (this.isNews) this.text = text === this.text ? `${text}\u00a0` : text;
      this.isNews = false;
      this.host.requestUpdate();
    }, ANNOUNCE_AFTER_MS);
  }

  /** What is said next is spoken even if it was said before. */
  expectNews(): void {
    this.isNews = true;
  }
}
