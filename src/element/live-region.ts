// What a screen reader is told: counts and stages, once typing pauses, not every keystroke.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A pause long enough that nobody is talked over while typing. */
const ANNOUNCE_AFTER_MS = 700;

export class LiveRegion implements ReactiveController {
  text = '';
  private readonly host: ReactiveControllerHost;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.timer);
  }

  /** Takes the place of what waits to be said. Words that do not change are not spoken again. */
  say(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.text = text;
      this.host.requestUpdate();
    }, ANNOUNCE_AFTER_MS);
  }
}
