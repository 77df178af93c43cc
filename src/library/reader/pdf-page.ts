// One page of a PDF: an empty sheet of its size until it is near, then a canvas with a layer of text over it.

import type { PDFDocumentProxy, PDFPageProxy, RenderTask, TextLayer } from 'pdfjs-dist';
import { focusable } from './document-view.ts';
import { RenderedText } from './rendered-text.ts';

/** Canvases of more pixels than this are refused by some browsers, and are of no use on the screen. */
const MAX_PIXELS = 2 ** 24;

export interface PageSize {
  /** CSS pixels at a scale of 1. */
  width: number;
  height: number;
}

export class PdfPage {
  readonly sheet = document.createElement('div');
  readonly number: number;
  /** There while the page is drawn. */
  text: RenderedText | undefined;
  private readonly pdf: PDFDocumentProxy;
  private page: PDFPageProxy | undefined;
  private rendering: RenderTask | undefined;
  private layer: TextLayer | undefined;
  private drawnScale = 0;
  private drawn: Promise<void> = Promise.resolve();
  private turn = 0;

  constructor(pdf: PDFDocumentProxy, number: number, size: PageSize) {
    this.pdf = pdf;
    this.number = number;
    this.sheet.className = 'sheet';
    this.sheet.dataset.page = String(number);
    this.sheet.setAttribute('role', 'region');
    this.sheet.setAttribute('aria-label', `Page ${number}`);
    this.setSize(size);
  }

  isDrawnAt(scale: number): boolean {
    return this.drawnScale === scale;
  }

  /** Does nothing when it is drawn, or being drawn, at this scale. */
  draw(scale: number, TextLayerOf: typeof TextLayer): Promise<void> {
    if (this.drawnScale === scale) return this.drawn;
    const turn = ++this.turn;
    this.rendering?.cancel();
    this.drawnScale = scale;
    this.drawn = this.drawNow(scale, TextLayerOf, turn).catch((error) => {
      // One that was overtaken is nobody's failure.
      if (turn !== this.turn) return;
      this.drawnScale = 0;
      throw error;
    });
    return this.drawn;
  }

  private async drawNow(scale: number, TextLayerOf: typeof TextLayer, turn: number): Promise<void> {
    this.page ??= await this.pdf.getPage(this.number);
    if (turn !== this.turn) return;
    const unscaled = this.page.getViewport({ scale: 1 });
    this.setSize(unscaled);
    const viewport = this.page.getViewport({ scale });
    const ratio = Math.min(devicePixelRatio, Math.sqrt(MAX_PIXELS / (viewport.width * viewport.height)));
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(viewport.width * ratio);
    canvas.height = Math.ceil(viewport.height * ratio);
    canvas.setAttribute('aria-hidden', 'true');
    const transform = ratio === 1 ? undefined : [ratio, 0, 0, ratio, 0, 0];
    this.rendering = this.page.render({ canvas, viewport, transform });
    await this.rendering.promise;
    if (turn !== this.turn) return;
    this.sheet.querySelector('canvas')?.remove();
    this.sheet.prepend(canvas);
    if (this.text) this.layer?.update({ viewport });
    else await this.addText(this.page, viewport, TextLayerOf, turn);
  }

  /** Back to an empty sheet. */
  free(): void {
    if (this.drawnScale === 0 && !this.sheet.hasChildNodes()) return;
    this.turn++;
    this.drawnScale = 0;
    this.rendering?.cancel();
    this.layer?.cancel();
    this.layer = undefined;
    this.text = undefined;
    const canvas = this.sheet.querySelector('canvas');
    // Focus that was in it would fall to the page, where no key leads back.
    if (this.sheet.querySelector(':focus')) focusable(this.sheet).focus({ preventScroll: true });
    // Safari keeps the memory of a canvas until it is collected, but not of an empty one.
    if (canvas) canvas.width = canvas.height = 0;
    this.sheet.replaceChildren();
    this.page?.cleanup();
  }

  private setSize({ width, height }: PageSize): void {
    this.sheet.style.setProperty('--width', String(width));
    this.sheet.style.setProperty('--height', String(height));
  }

  private async addText(
    page: PDFPageProxy,
    viewport: ReturnType<PDFPageProxy['getViewport']>,
    TextLayerOf: typeof TextLayer,
    turn: number,
  ): Promise<void> {
    const container = document.createElement('div');
    container.className = 'text-layer';
    const layer = new TextLayerOf({ textContentSource: page.streamTextContent(), container, viewport });
    this.layer = layer;
    await layer.render();
    if (turn !== this.turn) return;
    this.sheet.append(container);
    const text = new RenderedText();
    text.append(container);
    this.text = text;
  }
}
