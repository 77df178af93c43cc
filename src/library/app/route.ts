// The hash of the address is the page's route: the document that is open. Back works, links open in new tabs, an address can be kept.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { formatPlace, parsePlace } from '../place.ts';
import type { ReaderPlace } from '../types.ts';

interface RouteHost extends ReactiveControllerHost {
  onRoute(place: ReaderPlace | undefined): void;
}

export class Route implements ReactiveController {
  place: ReaderPlace | undefined;
  private readonly host: RouteHost;

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
    history.pushState({ depth: depth() + 1 }, '', formatPlace(place));
    this.read();
  }

  /** Reading on is no step that Back should undo. */
  move(place: ReaderPlace): void {
    history.replaceState(history.state, '', formatPlace(place));
    this.place = place;
    // The reader is told at once, or it would take the next hit of this passage for what it knows already.
    this.host.requestUpdate();
  }

  /** Back to where no document was open, if that was on this page. */
  close(): void {
    if (depth() > 0) history.go(-depth());
    else {
      history.replaceState(null, '', location.pathname + location.search);
      this.read();
    }
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
