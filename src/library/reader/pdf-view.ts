// A PDF as pdf.js draws it. Only pages in and near the view are drawn, one at a time, nearest first; the others are empty sheets.

import type { PDFDocumentLoadingTask, TextLayer } from 'pdfjs-dist';
import { messageOf, throwIfAborted, unlessAborted } from '../../errors.ts';
import { awaitHello } from '../await-hello.ts';
import { withoutScript } from '../documents/document-process.ts';
import type { DocumentPassage } from '../types.ts';
import { pageOf } from './citation.ts';
import '../../ingest/stream-iteration.ts';
import { type DocumentView, focusable, nextTask, type Outcome } from './document-view.ts';
import { findPassage } from './find-passage.ts';
import { Marks } from './marks.ts';
import { type PageSize, PdfPage } from './pdf-page.ts';
import { type Zoom, zoomStep } from './pdf-zoom.ts';
import type { RenderedText } from './rendered-text.ts';
import { scrollTo } from './scroll-to.ts';

export interface PdfAssets {
  /** Absolute, with a slash at the end. */
  cMapUrl: string;
  standardFontDataUrl: string;
  /** For JPEG 2000 and JBIG2 images, which are left out without it, and for colour profiles. */
  wasmUrl: string;
  /** For the colours of print (CMYK). */
  iccUrl: string;
}

const AUTO_WIDTH = 960;
/** Milliseconds for pdf.js to clear up after itself. A worker that a page was made to hang never does. */
const CLEAR_UP_MS = 3000;

export class PdfView implements DocumentView {
  zoom: Zoom = 'auto';
  page = 1;
  start: HTMLElement | undefined;
  private readonly loading: PDFDocumentLoadingTask;
  private readonly worker: Worker;
  private readonly container: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly onChange: () => void;
  private readonly TextLayerOf: typeof TextLayer;
  private readonly pages: PdfPage[] = [];
  private readonly marks = new Marks();
  private readonly near = new Set<PdfPage>();
  /** Why pages are empty sheets, the first one's reason first. */
  private readonly failures = new Map<PdfPage, string>();
  private readonly nearby: IntersectionObserver;
  private readonly resized = new ResizeObserver(([{ contentRect }]) => {
    this.scroller.style.setProperty('--room', `${contentRect.width}px`);
    this.rescale();
  });
  private firstSize: PageSize = { width: 612, height: 792 };
  private sought: DocumentPassage | undefined;
  /** Its own page has all of it: the next one, where it might go on, is not searched for words that are the same by chance. */
  private isWhole = false;
  private isDrawing = false;
  private isDestroyed = false;
  private call = 0;

  /** @throws what the file cannot be read for, with code `aborted`; the container is empty then */
  static async open(
    container: HTMLElement,
    scroller: HTMLElement,
    file: Blob,
    assets: PdfAssets | undefined,
    onChange: () => void,
    signal: AbortSignal,
  ): Promise<PdfView> {
    const [{ getDocument, PDFWorker, TextLayer }, bytes] = await Promise.all([
      import('pdfjs-dist/legacy/build/pdf.mjs'),
      file.arrayBuffer(),
    ]);
    throwIfAborted(signal, 'read');
    const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), { type: 'module', name: 'latelight-pdf' });
    const data = new Uint8Array(bytes);
    const loading = getDocument({ ...assets, data, worker: PDFWorker.create({ port: worker }), enableXfa: false });
    const view = new PdfView(container, scroller, loading, worker, TextLayer, onChange);
    const leave = () => view.destroy();
    // At once: the next document goes into the same container.
    signal.addEventListener('abort', leave);
    try {
      await unlessAborted(Promise.race([view.addPages(), failureOf(worker)]), signal, 'read');
      return view;
    } catch (error) {
      view.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  private constructor(
    container: HTMLElement,
    scroller: HTMLElement,
    loading: PDFDocumentLoadingTask,
    worker: Worker,
    TextLayerOf: typeof TextLayer,
    onChange: () => void,
  ) {
    this.container = container;
    this.scroller = scroller;
    this.loading = loading;
    this.worker = worker;
    this.TextLayerOf = TextLayerOf;
    this.onChange = onChange;
    // A screen more above and below is drawn ahead.
    this.nearby = new IntersectionObserver((entries) => this.onNear(entries), {
      root: scroller,
      rootMargin: '100% 0px',
    });
  }

  get pageCount(): number {
    return this.pages.length;
  }

  get problem(): string {
    const [first] = this.failures;
    if (!first) return '';
    const [page, reason] = first;
    return `${this.failures.size === 1 ? `Page ${page.number}` : 'Some pages'} cannot be shown (${reason}).`;
  }

  get scale(): number {
    // Room for the shadow of the sheets.
    const room = Math.max(120, this.scroller.clientWidth - 16);
    if (typeof this.zoom === 'number') return this.zoom * (96 / 72);
    return (this.zoom === 'width' ? room : Math.min(room, AUTO_WIDTH)) / this.firstSize.width;
  }

  setZoom(zoom: Zoom): void {
    this.zoom = zoom;
    this.rescale();
  }

  /** @param direction 1 for larger, -1 for smaller */
  step(direction: 1 | -1): void {
    const next = zoomStep(this.scale / (96 / 72), direction);
    if (next) this.setZoom(next);
  }

  /** Of the view, by the toolbar that stays at its top. */
  private get covered(): number {
    const top = this.scroller.querySelector('.top');
    return top && getComputedStyle(top).position === 'sticky' ? top.clientHeight : 0;
  }

  goTo(number: number): void {
    const page = this.pages[Math.min(Math.max(1, number), this.pageCount) - 1];
    if (page) this.scroller.scrollTop = page.sheet.offsetTop - this.covered - 8;
  }

  async show(passage: DocumentPassage, words: readonly string[]): Promise<Outcome> {
    const call = ++this.call;
    this.sought = passage;
    this.isWhole = false;
    this.start = undefined;
    this.marks.clear();
    this.marks.setWords(words);
    const number = pageOf(passage.anchor) ?? 1;
    const page = this.pages[number - 1];
    if (!page) return 'missing';
    if (!page.text) this.goTo(number);
    let ranges: Range[] = [];
    let text: RenderedText | undefined;
    do {
      if (!(await this.draw(page))) break;
      text = page.text;
      ranges = await this.mark(page);
      // Another size overtakes a drawing, or a page out of sight was freed: what is not drawn has no text to find anything in.
    } while (call === this.call && (!text || text !== page.text));
    if (call !== this.call) return 'found';
    const line = ranges[0]?.startContainer.parentElement;
    if (line) {
      this.start = focusable(line);
      await scrollTo(this.scroller, ranges[0]);
    }
    for (const other of this.near) if (other !== page) void this.mark(other);
    return ranges.length > 0 ? 'found' : 'missing';
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.call++;
    this.nearby.disconnect();
    this.resized.disconnect();
    this.scroller.removeEventListener('scroll', this.onScroll);
    this.marks.clear();
    this.near.clear();
    for (const page of this.pages) page.free();
    this.container.replaceChildren();
    this.scroller.style.removeProperty('--room');
    const end = () => this.worker.terminate();
    setTimeout(end, CLEAR_UP_MS);
    this.loading.destroy().then(end, end);
  }

  private async addPages(): Promise<void> {
    const pdf = await this.loading.promise;
    const first = await pdf.getPage(1);
    if (this.isDestroyed) return;
    this.firstSize = first.getViewport({ scale: 1 });
    this.container.style.setProperty('--scale', String(this.scale));
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = new PdfPage(pdf, number, this.firstSize);
      this.pages.push(page);
      this.container.append(page.sheet);
      this.nearby.observe(page.sheet);
      if (number % 500 === 0) await nextTask();
      if (this.isDestroyed) return;
    }
    this.resized.observe(this.scroller);
    this.scroller.addEventListener('scroll', this.onScroll, { passive: true });
  }

  private readonly onScroll = (): void => {
    const line = this.scroller.scrollTop + this.covered + this.scroller.clientHeight / 3;
    let low = 0;
    let high = this.pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pages[middle].sheet.offsetTop <= line) low = middle;
      else high = middle - 1;
    }
    if (this.page === low + 1) return;
    this.page = low + 1;
    this.onChange();
  };

  private onNear(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const page = this.pages[Number((target as HTMLElement).dataset.page) - 1];
      if (isIntersecting) this.near.add(page);
      else if (this.near.delete(page)) {
        page.free();
        this.marks.delete(page);
      }
    }
    void this.drawNear();
  }

  private async drawNear(): Promise<void> {
    if (this.isDrawing) return;
    this.isDrawing = true;
    const failed = new Set<PdfPage>();
    for (;;) {
      const { scale } = this;
      const waiting = [...this.near].filter((page) => !page.isDrawnAt(scale) && !failed.has(page));
      const byDistance = (page: PdfPage) => Math.abs(page.number - this.page);
      waiting.sort((a, b) => byDistance(a) - byDistance(b));
      const [next] = waiting;
      if (!next) break;
      if (await this.draw(next)) void this.mark(next);
      else failed.add(next);
    }
    this.isDrawing = false;
  }

  /** A broken page stays an empty sheet, and is told of; the others are drawn. @returns whether it is drawn */
  private async draw(page: PdfPage): Promise<boolean> {
    const before = this.problem;
    let isDrawn = true;
    try {
      await page.draw(this.scale, this.TextLayerOf);
      this.failures.delete(page);
    } catch (error) {
      isDrawn = false;
      this.failures.set(page, messageOf(error));
    }
    if (this.problem !== before) this.onChange();
    return isDrawn;
  }

  /** The passage's lines on its page, and on the next one where it may go on. */
  private async mark(page: PdfPage): Promise<Range[]> {
    const { sought } = this;
    const number = pageOf(sought?.anchor ?? '') ?? 1;
    const { text } = page;
    if (!sought || !text || page.number < number || page.number > number + 1) return [];
    if (page.number > number && this.isWhole) {
      this.marks.delete(page);
      return [];
    }
    const found = await findPassage(text.folded, sought.text);
    if (!found || sought !== this.sought || text !== page.text) return [];
    if (page.number === number) this.isWhole = found.isWhole;
    const ranges = text.ranges(found.start, found.end);
    this.marks.set(page, ranges);
    return ranges;
  }

  /** Keeps the place in the document where it is. */
  private rescale(): void {
    const scale = String(this.scale);
    if (this.container.style.getPropertyValue('--scale') === scale) return;
    const sheet = this.pages[this.page - 1]?.sheet;
    const share = sheet ? (this.scroller.scrollTop - sheet.offsetTop) / sheet.offsetHeight : 0;
    this.container.style.setProperty('--scale', scale);
    if (sheet) this.scroller.scrollTop = sheet.offsetTop + share * sheet.offsetHeight;
    this.onChange();
    void this.drawNear();
  }
}

/** Rejects when its script does not come or fails: pdf.js itself would wait for its answer for ever. */
function failureOf(worker: Worker): Promise<never> {
  return new Promise((_, reject) => {
    worker.addEventListener('error', ({ message }) => reject(message ? new Error(message) : withoutScript()));
    awaitHello(worker, () => reject(withoutScript()));
  });
}
