// Focus goes into the reader when a document opens, and back to where it came from when it closes. Where the reader lies over the
// list, the list cannot be reached meanwhile.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { innermostFocus } from '../../element/innermost-focus.ts';

interface ReaderFocusHost extends ReactiveControllerHost, HTMLElement {}

export class ReaderFocus implements ReactiveController {
  /** As in layer-styles.ts. */
  private readonly narrow = matchMedia('(max-width: 63.99rem)');
  private readonly host: ReaderFocusHost;
  private opener: HTMLElement | undefined;
  private scrollTop = 0;
  private documentId: number | undefined;
  private isPending = false;

  constructor(host: ReaderFocusHost) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.narrow.addEventListener('change', this.onResize);
  }

  hostDisconnected(): void {
    this.narrow.removeEventListener('change', this.onResize);
  }

  private readonly onResize = (): void => this.host.requestUpdate();

  get isNarrow(): boolean {
    return this.narrow.matches;
  }

  onRoute(documentId: number | undefined): void {
    // From one document or passage to the next: focus still returns to the list.
    const isInReader = this.host.shadowRoot?.activeElement?.closest('.reader');
    if (documentId !== undefined && !isInReader) this.opener = innermostFocus();
    if (documentId === this.documentId) return;
    if (this.documentId === undefined) this.scrollTop = scrollY;
    this.documentId = documentId;
    this.isPending = true;
  }

  /** After the page was drawn. */
  apply(): void {
    if (!this.isPending) return;
    this.isPending = false;
    if (this.documentId !== undefined)
      this.host.shadowRoot?.querySelector<HTMLElement>('.reader')?.focus({ preventScroll: true });
    else {
      if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
      else this.host.shadowRoot?.querySelector<HTMLElement>('latelight-search')?.focus({ preventScroll: true });
      if (this.isNarrow) scrollTo({ top: this.scrollTop, behavior: 'instant' });
    }
  }
}
