// The hash of the address is the page's route: the document that is open. Back works, links open in new tabs, an address can be kept.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { formatPlace, parsePlace } from '../place.ts';
import type { ReaderPlace } from '../types.ts';

/** Most steps that Close takes back at once. Browsers keep 50 of a tab, and `go` leads nowhere when the one it names is gone. */
const MOST_STEPS = 40;
/** A step back is taken at once or not at all; a busy page hears of it a little later. */
const STEP_MS = 1000;

interface RouteHost extends ReactiveControllerHost {
  onRoute(place: ReaderPlace | undefined): void;
}

export class Route implements ReactiveController {
  place: ReaderPlace | undefined;
  private readonly host: RouteHost;
  private closing: Promise<void> | undefined;

  constructor(host: RouteHost) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('popstate', this.read);
    this.read();
  }

  hostDisconnected(): void {
    window.removeEventListener('popstate', this.read);
  }

  open(place: ReaderPlace): void {
    if (depth() < MOST_STEPS) history.pushState({ depth: depth() + 1 }, '', formatPlace(place));
    else history.replaceState(history.state, '', formatPlace(place));
    this.read();
  }

  /** Reading on is no step that Back should undo. */
  move(place: ReaderPlace): void {
    history.replaceState(history.state, '', formatPlace(place));
    this.place = place;
    // The reader is told at once, or it would take the next hit of this passage for what it knows already.
    this.host.requestUpdate();
  }

  /** Back to where no document was open, if that was on this page. Resolves when none is. */
  async close(): Promise<void> {
    if (depth() === 0) return this.showNone();
    // The browser takes its time, and whoever closes twice meanwhile would leave the page.
    this.closing ??= new Promise((resolve) => {
      const closed = () => {
        clearTimeout(waiting);
        window.removeEventListener('popstate', closed);
        this.closing = undefined;
        resolve();
      };
      // A restored session has fewer steps than were taken, and what leads further back does nothing, without a word.
      const waiting = setTimeout(() => {
        this.showNone();
        closed();
      }, STEP_MS);
      window.addEventListener('popstate', closed);
      history.go(-depth());
    });
    await this.closing;
  }

  private showNone(): void {
    history.replaceState(null, '', location.pathname + location.search);
    this.read();
  }

  private readonly read = (): void => {
    this.place = parsePlace(location.hash);
    this.host.onRoute(this.place);
    this.host.requestUpdate();
  };
}

/** Documents opened from the list, one after the other. */
function depth(): number {
  return (history.state as { depth?: number } | null)?.depth ?? 0;
}
