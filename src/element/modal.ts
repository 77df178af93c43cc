// The dialog of `mode="modal"`: a native one, so that the page behind it is inert and Tab stays inside. Opened by its trigger, by
// keys, by any element with `data-latelight-open`; focus goes back to where it came from.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isComposing } from './composing.ts';
import { innermostFocus } from './innermost-focus.ts';
import { isElsewhere } from './links.ts';

export interface ModalHost extends ReactiveControllerHost, HTMLElement {
  readonly isModal: boolean;
  /** Whether a visitor would see what `show` brings. */
  readonly isShowable: boolean;
  readonly dialog: HTMLDialogElement | null;
  readonly box: HTMLInputElement | null;
  readonly query: string;
  clear(): void;
  /** Brings the search to the visitor: opens the dialog, or focuses the box where there is none. @returns whether it could */
  show(opener?: HTMLElement): boolean;
  onModalChange(isOpen: boolean): void;
}

const OPENER = '[data-latelight-open]';
/** What focus goes to with Tab. Around it there may be what takes focus from scripts alone, such as all of the page's content. */
const CONTROL = 'a[href], button, input, summary, [tabindex="0"]';
/** Whose dialog is open. */
const open = new Set<object>();

/** Whether keys, and openers of any search, are another's: one with an open dialog has them for itself. */
export function isOthersTurn(host: object): boolean {
  return open.size > 0 && !open.has(host);
}

export class Modal implements ReactiveController {
  private readonly host: ModalHost;
  private opener: HTMLElement | undefined;
  private unlock: (() => void) | undefined;
  private isPressedOutside = false;

  constructor(host: ModalHost) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('click', this.onPageClick);
  }

  hostDisconnected(): void {
    document.removeEventListener('click', this.onPageClick);
    this.hide();
  }

  get isOpen(): boolean {
    return this.unlock !== undefined;
  }

  /** @param opener gets focus back; the focused element without it */
  show(opener?: HTMLElement): void {
    const { dialog, isShowable } = this.host;
    if (!dialog || !isShowable) return;
    if (!this.isOpen) {
      // What was pressed may be an icon, and Safari focuses no button that is.
      const from = opener?.closest<HTMLElement>(CONTROL) ?? opener ?? innermostFocus();
      dialog.showModal();
      // One that nobody sees would keep the page out of reach, and nobody would know how to get back.
      if (!isSeen(dialog)) {
        dialog.close();
        return;
      }
      this.opener = from;
      this.unlock = lockScroll();
      open.add(this.host);
      this.host.onModalChange(true);
    }
  }

  hide(): void {
    if (!this.isOpen) return;
    this.host.dialog?.close();
    // The event comes in a task of its own, and not at all to an element that was taken out.
    this.onClose();
  }

  readonly onClose = (): void => {
    // The event of a dialog that was opened again before it came is of no use any more.
    if (!this.isOpen || this.host.dialog?.open) return;
    this.unlock?.();
    this.unlock = undefined;
    open.delete(this.host);
    const { opener } = this;
    this.opener = undefined;
    if (opener?.isConnected) {
      // The browser may have given it back already, to what is inside of it too.
      if (!opener.matches(':focus-within')) opener.focus({ preventScroll: true });
    }
    // Else the box would have the next keys until the browser notices that nobody sees it.
    else (this.host.shadowRoot?.activeElement as HTMLElement | null)?.blur();
    this.host.onModalChange(false);
  };

  /** Escape leads back to the box, empties it, then closes. */
  readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || isComposing(event)) return;
    event.preventDefault();
    const { box, query, shadowRoot } = this.host;
    if (box !== shadowRoot?.activeElement) box?.focus();
    else if (query) this.host.clear();
    else this.hide();
  };

  readonly onPointerDown = (event: PointerEvent): void => {
    this.isPressedOutside = event.target === event.currentTarget;
  };

  /** The dialog's content fills it, so a press on the dialog itself is one on its backdrop. */
  readonly onClick = (event: Event): void => {
    if (event.target === event.currentTarget && this.isPressedOutside) this.hide();
  };

  private readonly onPageClick = (event: MouseEvent): void => {
    const opener = event.composedPath().find((node) => node instanceof HTMLElement && node.matches(OPENER));
    if (!(opener instanceof HTMLElement) || event.defaultPrevented) return;
    const id = opener.dataset.latelightOpen;
    if (id ? id !== this.host.id : isOthersTurn(this.host)) return;
    if (opener.matches('a[href]') && isElsewhere(event)) return;
    if (this.host.isShowable && this.host.show(opener)) event.preventDefault();
  };
}

/** Whether an element has a place on the page and is drawn there, in sight or beyond its edge. */
export function isSeen(element: Element): boolean {
  if (element.checkVisibility) return element.checkVisibility({ visibilityProperty: true });
  // Browsers from before 2024.
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
}

/** Whether an element is out of reach of mouse and keys, by itself or by what is around it. */
export function isInert(element: HTMLElement): boolean {
  for (let node: Node | null = element; node; node = node.parentNode ?? (node as Partial<ShadowRoot>).host ?? null)
    if ((node as Partial<HTMLElement>).inert) return true;
  return false;
}

/** Keeps the page where it is, its scroll bar's room included. @returns undoes it */
function lockScroll(): () => void {
  const { style, clientWidth } = document.documentElement;
  const { overflow, scrollbarGutter } = style;
  if (innerWidth > clientWidth) style.scrollbarGutter = 'stable';
  style.overflow = 'hidden';
  return () => {
    style.overflow = overflow;
    style.scrollbarGutter = scrollbarGutter;
  };
}
