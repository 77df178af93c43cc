// Focus that stays on its hit when better results take the place of quick ones: a list that is sorted anew moves its items in the
// document, which takes focus from a link that moves and from one that goes.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface KeptFocusHost extends ReactiveControllerHost, HTMLElement {
  readonly box: HTMLInputElement | null;
  /** Links of the hits on show, in order, each with its passage's id in `data-hit`. */
  readonly hitLinks: HTMLElement[];
}

export class KeptFocus implements ReactiveController {
  private readonly host: KeptFocusHost;
  private focused: { hit: string | undefined; at: number } | undefined;

  constructor(host: KeptFocusHost) {
    this.host = host;
    host.addController(this);
  }

  hostUpdate(): void {
    const active = this.host.shadowRoot?.activeElement;
    const at = active instanceof HTMLElement ? this.host.hitLinks.indexOf(active) : -1;
    this.focused = at < 0 ? undefined : { hit: (active as HTMLElement).dataset.hit, at };
  }

  /** The same hit where it still is one, else the one that took its place in the order. */
  hostUpdated(): void {
    const { focused } = this;
    this.focused = undefined;
    if (!focused) return;
    const { hitLinks, box } = this.host;
    const same = hitLinks.find((link) => link.dataset.hit === focused.hit);
    const next = same ?? hitLinks[Math.min(focused.at, hitLinks.length - 1)] ?? box;
    if (next !== this.host.shadowRoot?.activeElement) next?.focus({ preventScroll: true });
  }
}
