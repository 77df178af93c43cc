// Keys of the search: `/` and Ctrl-K from anywhere, arrows between box, rows and hits, chips, Escape back.
//
// Not the combobox pattern: its options lose everything inside them but a name, and a hit is a link with a heading path and an
// excerpt that people read, middle-click and copy. So this is a search field with a list of real links, each a tab stop, and
// arrow keys that move focus along box and links. Chips are a toolbar with one tab stop (APG "toolbar"); a modal search is a
// dialog (APG "dialog (modal)").

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isComposing } from './composing.ts';
import { isOthersTurn } from './modal.ts';
import { edgeOf, step } from './moves.ts';

export interface KeyboardHost extends ReactiveControllerHost, HTMLElement {
  readonly box: HTMLInputElement | null;
  readonly hitLinks: HTMLElement[];
  /** What arrows walk through below the box, in order: rows of recent searches and favourites, links of hits. */
  readonly stops: HTMLElement[];
  readonly chips: HTMLElement[];
  /** Whether the hits on show are those of what the box holds. */
  readonly isSettled: boolean;
  /** Whether Escape belongs to a dialog. */
  readonly isModal: boolean;
  /** Whether a visitor would see what `show` brings. */
  readonly isShowable: boolean;
  readonly shortcut: string;
  /** @returns whether it could */
  show(): boolean;
  clear(): void;
  /** Searches without waiting for a pause in typing. */
  searchNow(): void;
}

/** Types of inputs that no character is typed into. */
const PRESSED = /^(button|checkbox|color|file|image|radio|range|reset|submit)$/;

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
    if (isComposing(event)) return;
    // Links are looked for by the keys that lead to them: most keys are letters.
    const { host } = this;
    const { box } = host;
    if (event.key === 'ArrowDown') this.focusFirst(event);
    else if (event.key === 'Escape' && !host.isModal) {
      event.preventDefault();
      if (box?.value) host.clear();
      else box?.blur();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const [link] = host.isSettled ? host.hitLinks : [];
      if (!link) host.searchNow();
      else if (event.ctrlKey || event.metaKey) openInNewTab(link, event);
      else link.focus();
    }
  };

  readonly onStopKey = (event: KeyboardEvent): void => {
    const { box, stops, isModal } = this.host;
    const target = event.target as HTMLElement;
    const at = stops.indexOf(target);
    if (event.key === 'ArrowUp' && target.matches('.more')) this.focus(event, stops[stops.length - 1]);
    if (at < 0) return;
    const edge = edgeOf(event.key, stops.length);
    if (edge !== undefined) this.focus(event, stops[edge]);
    else if (event.key === 'ArrowDown') this.focus(event, stops[step(at, 1, stops.length)]);
    else if (event.key === 'ArrowUp') this.focus(event, at === 0 ? box : stops[at - 1]);
    else if (event.key === 'Escape' && !isModal) this.focus(event, box);
    // A letter goes on with the query: focus moves before the browser inserts it.
    else if (event.key.length === 1 && event.key.trim() && !isCombination(event) && event.key !== '/') box?.focus();
  };

  readonly onChipKey = (event: KeyboardEvent): void => {
    const { box, chips, isModal } = this.host;
    const at = chips.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const forward = getComputedStyle(this.host).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const edge = edgeOf(event.key, chips.length);
    if (edge !== undefined) this.focus(event, chips[edge]);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight')
      this.focus(event, chips[step(at, event.key === forward ? 1 : -1, chips.length)]);
    else if (event.key === 'ArrowDown') this.focusFirst(event);
    else if (event.key === 'ArrowUp' || (event.key === 'Escape' && !isModal)) this.focus(event, box);
  };

  private readonly onPageKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isComposing(event) || this.host.shortcut === 'off') return;
    const target = event.composedPath()[0];
    const isEditor = target instanceof HTMLElement && target.isContentEditable;
    const isField = isEditor || isTypedInto(target);
    const isSlash = event.key === '/' && !isCombination(event) && !isField && !isClosedHost(target);
    // Ctrl-K makes a link in most editors.
    const isControlK = isK(event) && hasOnlyControl(event) && !isEditor;
    if ((!isSlash && !isControlK) || isOthersTurn(this.host)) return;
    if (this.host.isShowable && this.host.show()) event.preventDefault();
  };

  private focusFirst(event: KeyboardEvent): void {
    const [stop] = this.host.stops;
    if (stop) this.focus(event, stop);
  }

  private focus(event: KeyboardEvent, target: HTMLElement | null): void {
    event.preventDefault();
    target?.focus();
    // The box is where a visitor reads what was typed: bring all of it back into view, not just its edge.
    if (target === this.host.box) target?.scrollIntoView({ block: 'nearest' });
  }
}

function isTypedInto(target: EventTarget | undefined): boolean {
  if (!(target instanceof HTMLElement) || !target.matches('input, textarea, select')) return false;
  return !PRESSED.test((target as HTMLInputElement).type);
}

/**
 * Whether focus is inside a closed shadow root, on what may be a field: better a key that opens nothing than a character that is lost. Its
 * host then is the active element without having focus itself; with `delegatesFocus` it seems to, though nothing could give it any.
 */
function isClosedHost(target: EventTarget | undefined): boolean {
  if (!(target instanceof HTMLElement) || target.shadowRoot || target.matches('html, body')) return false;
  return !target.matches(':focus') || (target.localName.includes('-') && target.tabIndex < 0);
}

function isCombination(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** The key of K where that types none, nor another Latin letter: Cyrillic, Greek, Arabic. */
function isK({ key, code }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'k' || (code === 'KeyK' && !/^\p{Script=Latin}/u.test(key));
}

function hasOnlyControl(event: KeyboardEvent): boolean {
  return event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
}

/** As a click with the same keys would, listeners included. */
function openInNewTab(link: HTMLElement, { ctrlKey, metaKey }: KeyboardEvent): void {
  link.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, ctrlKey, metaKey }));
}
