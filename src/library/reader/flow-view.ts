// A document that flows: HTML of any origin, text, code, passages. It is put in slice by slice; those out of sight are not laid out.

import { throwIfAborted } from '../../errors.ts';
import type { DocumentPassage } from '../types.ts';
import type { Content } from './content.ts';
import { type DocumentView, focusable, nextTask, type Outcome } from './document-view.ts';
import { findPassage } from './find-passage.ts';
import { Marks } from './marks.ts';
import { RenderedText } from './rendered-text.ts';
import { scrollTo } from './scroll-to.ts';

/** Of one element with `content-visibility`: a few screens. */
const SLICE_CHARACTERS = 6000;
const TASK_MS = 12;
const BLOCK = /^(p|h[1-6]|div|section|article|ul|ol|dl|pre|table|figure|blockquote|hr|details|header|footer|aside)$/;
/** What a screen reader reads as one. */
const READ_AS_ONE =
  '.line, .paragraph, .passage, p, h1, h2, h3, h4, h5, h6, li, dt, dd, th, td, caption, figcaption, summary, pre, blockquote, address, div, section';

export class FlowView implements DocumentView {
  start: HTMLElement | undefined;
  private readonly text = new RenderedText();
  private readonly marks = new Marks();
  private readonly container: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly filled: Promise<void>;
  private isDestroyed = false;
  private call = 0;

  /** @throws what its pieces cannot be made for, with code `aborted`; the container is empty then */
  static async open(
    container: HTMLElement,
    scroller: HTMLElement,
    content: Content,
    signal: AbortSignal,
  ): Promise<FlowView> {
    throwIfAborted(signal, 'read');
    const view = new FlowView(container, scroller, content);
    const leave = () => view.destroy();
    // At once: the next document goes into the same container.
    signal.addEventListener('abort', leave);
    try {
      await view.filled;
    } catch (error) {
      view.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
    throwIfAborted(signal, 'read');
    return view;
  }

  constructor(container: HTMLElement, scroller: HTMLElement, { pieces, lang = '', dir = '' }: Content) {
    this.container = container;
    this.scroller = scroller;
    setOrRemove(container, 'lang', lang);
    setOrRemove(container, 'dir', dir);
    this.filled = this.fill(pieces);
    container.addEventListener('click', this.onFollow);
    container.addEventListener('keydown', this.onFollow);
  }

  async show(passage: DocumentPassage, words: readonly string[]): Promise<Outcome> {
    const call = ++this.call;
    await this.filled;
    if (this.isDestroyed || call !== this.call) return 'found';
    const anchor = this.placeOf(passage.anchor);
    const found = await findPassage(this.text.folded, passage.text, anchor ? this.text.offsetOf(anchor) : 0);
    if (this.isDestroyed || call !== this.call) return 'found';
    const ranges = found ? this.text.ranges(found.start, found.end) : [];
    this.marks.setWords(words);
    this.marks.set(this, ranges);
    const target = ranges[0] ?? anchor;
    const block = ranges[0]?.startContainer.parentElement?.closest<HTMLElement>(READ_AS_ONE);
    this.start = block ? focusable(block) : undefined;
    if (target) {
      openAround(target);
      await scrollTo(this.scroller, target);
    }
    return found ? 'found' : 'missing';
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.marks.clear();
    this.container.removeEventListener('click', this.onFollow);
    this.container.removeEventListener('keydown', this.onFollow);
    this.container.replaceChildren();
    setOrRemove(this.container, 'lang', '');
    setOrRemove(this.container, 'dir', '');
  }

  private async fill(pieces: Iterable<Node>): Promise<void> {
    let slice: HTMLElement | undefined;
    let characters = 0;
    let started = performance.now();
    for (const piece of pieces) {
      if (!slice || (characters > SLICE_CHARACTERS && startsBlock(piece))) {
        slice = document.createElement('div');
        slice.className = 'slice';
        this.container.append(slice);
        characters = 0;
      }
      characters += piece.textContent?.length ?? 0;
      // A fragment is empty once it is in.
      const nodes = piece instanceof DocumentFragment ? [...piece.childNodes] : [piece];
      slice.append(piece);
      for (const node of nodes) this.text.append(node);
      if (performance.now() - started > TASK_MS) {
        await nextTask();
        if (this.isDestroyed) return;
        started = performance.now();
      }
    }
  }

  private placeOf(id: string): Element | null {
    return id ? this.container.querySelector(`#${CSS.escape(id)}`) : null;
  }

  /** Links to places of the document have no address: nothing they do may change the page's own. */
  private readonly onFollow = (event: Event): void => {
    if (event instanceof KeyboardEvent && event.key !== 'Enter') return;
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-to]') : null;
    if (link) void this.follow(link.dataset.to ?? '');
  };

  /** The place may be in a part that is still to come. */
  private async follow(id: string): Promise<void> {
    await this.filled;
    const place = this.isDestroyed ? undefined : this.placeOf(id);
    if (!(place instanceof HTMLElement)) return;
    openAround(place);
    focusable(place).focus({ preventScroll: true });
    await scrollTo(this.scroller, place);
  }
}

/** An empty `lang` would say that the language is unknown. */
function setOrRemove(element: Element, name: string, value: string): void {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

function startsBlock(piece: Node): boolean {
  const first = piece instanceof DocumentFragment ? piece.firstElementChild : piece;
  return first instanceof Element && BLOCK.test(first.localName);
}

/** What is folded away cannot be scrolled to. */
function openAround(place: Range | Element): void {
  const node = place instanceof Range ? place.startContainer : place;
  let element: Element | null = node instanceof Element ? node : node.parentElement;
  for (; element; element = element.parentElement) if (element instanceof HTMLDetailsElement) element.open = true;
}
