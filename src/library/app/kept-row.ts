// Focus that does not fall to the page when its row or its button goes away: the same row, or the one that took its place.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

interface KeptRowHost extends ReactiveControllerHost, HTMLElement {}

export class KeptRow implements ReactiveController {
  private readonly host: KeptRowHost;
  private focused: { element: HTMLElement; id: string | undefined; at: number } | undefined;

  constructor(host: KeptRowHost) {
    this.host = host;
    host.addController(this);
  }

  hostUpdate(): void {
    const element = this.host.shadowRoot?.activeElement;
    this.focused = undefined;
    if (!(element instanceof HTMLElement)) return;
    const row = element.closest<HTMLElement>('.row');
    this.focused = { element, id: row?.dataset.id, at: row ? this.rows.indexOf(row) : -1 };
  }

  hostUpdated(): void {
    const { focused, host } = this;
    this.focused = undefined;
    if (!focused || host.shadowRoot?.activeElement === focused.element) return;
    const { element, id, at } = focused;
    const row = this.rows.find((row) => row.dataset.id === id) ?? this.rows[Math.min(at, this.rows.length - 1)];
    // A row that moved takes focus from its button, which is still there.
    const target = element.isConnected ? element : row?.querySelector<HTMLElement>('.title');
    (target ?? host).focus({ preventScroll: element.isConnected });
  }

  private get rows(): HTMLElement[] {
    return [...(this.host.shadowRoot?.querySelectorAll<HTMLElement>('.row') ?? [])];
  }
}
