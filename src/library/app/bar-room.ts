// Keeps what has focus clear of the indexing bar: while that stays at the lower edge, the page scrolls as if it ended above it.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

interface BarRoomHost extends ReactiveControllerHost, HTMLElement {}

export class BarRoom implements ReactiveController {
  private readonly host: BarRoomHost;
  private readonly resized = new ResizeObserver(() => this.measure());
  private bar: HTMLElement | undefined;

  constructor(host: BarRoomHost) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    // Whether the bar stays depends on the window's height.
    window.addEventListener('resize', this.measure);
  }

  hostDisconnected(): void {
    window.removeEventListener('resize', this.measure);
    this.watch(undefined);
  }

  hostUpdated(): void {
    const bar = this.host.shadowRoot?.querySelector<HTMLElement>('.indexing') ?? undefined;
    if (bar !== this.bar) this.watch(bar);
  }

  private watch(bar: HTMLElement | undefined): void {
    this.bar = bar;
    this.resized.disconnect();
    if (bar) this.resized.observe(bar);
    this.measure();
  }

  private readonly measure = (): void => {
    const { bar } = this;
    const stays = bar !== undefined && getComputedStyle(bar).position === 'sticky';
    // A little more, for the ring of what has focus.
    document.documentElement.style.scrollPaddingBlockEnd = stays ? `${bar.offsetHeight + 8}px` : '';
  };
}
