// Focus that stays on its hit when better results take the place of quick ones (a list that is sorted anew moves its items in the
// document, which takes focus from what moves and from what goes), and that never falls to the page when its button goes away.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface KeptFocusHost extends ReactiveControllerHost, HTMLElement {
  readonly box: HTMLInputElement | null;
  /** Links of the hits on show, in order, each inside an element with its passage in `data-hit`. */
  readonly hitLinks: HTMLElement[];
}

interface Focused {
  element: HTMLElement;
  /** Its hit, the place of that hit's link, and what inside the hit it is. */
  hit: string | undefined;
  at: number;
  isStar: boolean;
  /** Whether it is the button for more, and more are on their way. */
  isMore: boolean;
  linkCount: number;
}

export class KeptFocus implements ReactiveController {
  private readonly host: KeptFocusHost;
  private focused: Focused | undefined;

  constructor(host: KeptFocusHost) {
    this.host = host;
    host.addController(this);
  }

  hostUpdate(): void {
    const element = this.host.shadowRoot?.activeElement;
    this.focused = undefined;
    if (!(element instanceof HTMLElement)) return;
    const hit = hitOf(element);
    const isMore = element.matches('.more[aria-disabled=true]');
    // Most updates are of keys in the box, and need no links.
    const hitLinks = hit !== undefined || isMore ? this.host.hitLinks : [];
    this.focused = {
      element,
      hit,
      at: hitLinks.findIndex((link) => hitOf(link) === hit),
      isStar: element.matches('.star'),
      isMore,
      linkCount: hitLinks.length,
    };
  }

  hostUpdated(): void {
    const { focused, host } = this;
    this.focused = undefined;
    if (!focused) return;
    const next = focused.hit === undefined ? lost(focused, host) : sameHit(focused, host);
    if (next && next !== host.shadowRoot?.activeElement) next.focus({ preventScroll: true });
  }
}

/** The same hit where it still is one, else the one that took its place in the order. */
function sameHit({ hit, at, isStar, element }: Focused, host: KeptFocusHost): HTMLElement | null {
  if (element.isConnected && hitOf(element) === hit) return element;
  const { hitLinks, box } = host;
  const same = hitLinks.find((link) => hitOf(link) === hit);
  const star = isStar && same?.closest('[data-hit]')?.querySelector<HTMLElement>('.star');
  return star || same || hitLinks[Math.min(at, hitLinks.length - 1)] || box;
}

/** After "more" the first hit that came: what is to be read next. For what went away: after a filter's chip the filters, else the box. */
function lost({ element, isMore, linkCount }: Focused, host: KeptFocusHost) {
  const next = isMore && host.hitLinks[linkCount];
  if (next) return next;
  if (element.isConnected) return null;
  return host.shadowRoot?.querySelector<HTMLElement>('.ticked button, .bar button') ?? host.box;
}

function hitOf(element: HTMLElement): string | undefined {
  return element.closest<HTMLElement>('[data-hit]')?.dataset.hit;
}
