// Keys of the search: `/` from anywhere, arrows between box, hits and chips, Escape back.
//
// Not the combobox pattern: its options lose everything inside them but a name, and a hit is a link with a heading path and an
// excerpt that people read, middle-click and copy. So this is a search field with a list of real links, each a tab stop, and
// arrow keys that move focus along box and links. Chips are a toolbar with one tab stop (APG "toolbar").

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { edgeOf, step } from './moves.ts';

export interface KeyboardHost extends ReactiveControllerHost, HTMLElement {
  readonly box: HTMLInputElement | null;
  readonly hitLinks: HTMLElement[];
  readonly chips: HTMLElement[];
  /** Whether the hits on show are those of what the box holds. */
  readonly isSettled: boolean;
  clear(): void;
  /** Searches without waiting for a pause in typing. */
  searchNow(): void;
}

export class Keyboard implements ReactiveController {
  private readonly host: KeyboardHost;

  constructor(host: KeyboardHost) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('keydown', this.onPageKey);
  }

  hostDisconnected(): void {
    document.removeEventListener('keydown', this.onPageKey);
  }

  readonly onBoxKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const { box, hitLinks, isSettled } = this.host;
    if (event.key === 'ArrowDown' && hitLinks.length > 0) this.focus(event, hitLinks[0]);
    else if (event.key === 'Escape') {
      event.preventDefault();
      if (box?.value) this.host.clear();
      else box?.blur();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (isSettled && hitLinks.length > 0) hitLinks[0].focus();
      else this.host.searchNow();
    }
  };

  readonly onHitKey = (event: KeyboardEvent): void => {
    const { box, hitLinks } = this.host;
    const at = hitLinks.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const edge = edgeOf(event.key, hitLinks.length);
    if (edge !== undefined) this.focus(event, hitLinks[edge]);
    else if (event.key === 'ArrowDown') this.focus(event, hitLinks[step(at, 1, hitLinks.length)]);
    else if (event.key === 'ArrowUp') this.focus(event, at === 0 ? box : hitLinks[at - 1]);
    else if (event.key === 'Escape') this.focus(event, box);
    // A letter goes on with the query: focus moves before the browser inserts it.
    else if (event.key.length === 1 && event.key.trim() && !isShortcut(event) && event.key !== '/') box?.focus();
  };

  readonly onChipKey = (event: KeyboardEvent): void => {
    const { box, chips, hitLinks } = this.host;
    const at = chips.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const forward = getComputedStyle(this.host).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const edge = edgeOf(event.key, chips.length);
    if (edge !== undefined) this.focus(event, chips[edge]);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight')
      this.focus(event, chips[step(at, event.key === forward ? 1 : -1, chips.length)]);
    else if (event.key === 'ArrowDown' && hitLinks.length > 0) this.focus(event, hitLinks[0]);
    else if (event.key === 'ArrowUp' || event.key === 'Escape') this.focus(event, box);
  };

  private readonly onPageKey = (event: KeyboardEvent): void => {
    if (event.key !== '/' || event.defaultPrevented || isShortcut(event)) return;
    const target = event.composedPath()[0];
    if (target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select')))
      return;
    this.focus(event, this.host.box);
    this.host.box?.select();
  };

  private focus(event: KeyboardEvent, target: HTMLElement | null): void {
    event.preventDefault();
    target?.focus();
    // The box is where a visitor reads what was typed: bring all of it back into view, not just its edge.
    if (target === this.host.box) target?.scrollIntoView({ block: 'nearest' });
  }
}

function isShortcut(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}
