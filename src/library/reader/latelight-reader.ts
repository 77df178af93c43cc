// <latelight-reader>: one document of the library at one passage. This file is its properties, events and toolbar; what a kind of
// document needs is open-view.ts and the views, what it looks like is styles/.

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { isComposing } from '../../element/composing.ts';
import { innermostFocus } from '../../element/innermost-focus.ts';
import type { DocumentPassage, LibraryDocument } from '../types.ts';
import { citation, pageOf } from './citation.ts';
import type { DocumentView, Outcome } from './document-view.ts';
import { openPassages, openView } from './open-view.ts';
import type { PdfAssets, PdfView } from './pdf-view.ts';
import { styles } from './styles/styles.ts';
import { pdfControlsView } from './views/pdf-controls-view.ts';
import { toolbarView } from './views/toolbar-view.ts';

/** How long "Copied" stays. */
const CONFIRM_MS = 2500;

export type { PdfAssets } from './pdf-view.ts';

export class LatelightReader extends LitElement {
  static override styles = styles;
  static override properties = {
    document: { attribute: false },
    file: { attribute: false },
    passages: { attribute: false },
    place: { attribute: false },
    pdfAssets: { attribute: false },
    view: { state: true },
    outcome: { state: true },
    problem: { state: true },
    said: { state: true },
    isSaidAloud: { state: true },
  };

  declare document: LibraryDocument | undefined;
  /** Set together with `document`; stays undefined for one without a file. */
  declare file: Blob | undefined;
  declare passages: readonly DocumentPassage[];
  declare place: { passage: number | undefined; words: readonly string[] };
  declare pdfAssets: PdfAssets | undefined;
  declare private view: DocumentView | undefined;
  declare private outcome: Outcome | undefined;
  declare private problem: string;
  declare private said: string;
  /** Only for screen readers: others see it happen. */
  declare private isSaidAloud: boolean;
  private opening = new AbortController();
  private showing = 0;
  /** What was shown last: a property that is set anew without being another one moves nothing. */
  private shown = '';
  private focusedId: number | undefined;
  /** What had focus when a passage was opened: unless somebody goes elsewhere meanwhile, focus goes to the passage once that is there. */
  private focusBefore: { element: HTMLElement | undefined } | undefined;
  /** Where reading on has led to: said here first, and then once by whoever keeps the place. */
  private ownPlace: LatelightReader['place'] | undefined;
  private confirmation: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.passages = [];
    this.place = { passage: undefined, words: [] };
    this.problem = '';
    this.said = '';
    this.isSaidAloud = false;
    this.addEventListener('keydown', this.onKey);
  }

  /** The heading of the toolbar: what a screen reader should read first. */
  override focus(options?: FocusOptions): void {
    this.renderRoot?.querySelector<HTMLElement>('h2')?.focus(options);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // An element that is only moved keeps its document.
    queueMicrotask(() => !this.isConnected && this.closeView());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && !this.view) this.requestUpdate('document');
  }

  protected override updated(changed: PropertyValues): void {
    // A document that awaits its file is opened when that comes. One whose state or title is another is the same one.
    const isOther = changed.has('document') && !isSame(changed.get('document'), this.document);
    // Its passages are all that is shown of it.
    const isReindexed = changed.has('passages') && (!this.file || this.problem !== '');
    const isOpened = isOther || (changed.has('place') && !isSamePlace(this.ownPlace, this.place));
    if (this.place !== this.ownPlace) this.ownPlace = undefined;
    if (isOther || changed.has('file') || isReindexed) void this.openDocument();
    else if (changed.has('place') || changed.has('passages')) void this.showPlace(isOpened);
    if (this.document && this.document.id !== this.focusedId) this.focus({ preventScroll: true });
    this.focusedId = this.document?.id;
    if (isOpened) this.focusBefore = { element: innermostFocus() };
  }

  private get passage(): DocumentPassage | undefined {
    return this.passages.find(({ number }) => number === this.place.passage);
  }

  private closeView(): void {
    this.opening.abort();
    this.view?.destroy();
    this.view = undefined;
  }

  private async openDocument(): Promise<void> {
    this.closeView();
    this.opening = new AbortController();
    const { signal } = this.opening;
    const { document, file, passages, pdfAssets } = this;
    this.problem = '';
    this.shown = '';
    this.outcome = undefined;
    if (!document || (document.hasFile && !file)) return;
    const options = {
      document,
      file: document.hasFile ? file : undefined,
      passages,
      pdfAssets,
      signal,
      container: this.renderRoot.querySelector<HTMLElement>('.document')!,
      scroller: this.renderRoot.querySelector<HTMLElement>('.scroll')!,
      onChange: () => this.requestUpdate(),
    };
    options.scroller.scrollTop = 0;
    let view: DocumentView;
    try {
      view = await openView(options);
    } catch (error) {
      if (signal.aborted) return;
      this.problem = problemOf(document, passages, error);
      view = openPassages(options);
    }
    if (signal.aborted) {
      view.destroy();
      return;
    }
    this.view = view;
    await this.showPlace();
  }

  /** @param again brings it back into view when it is what was shown last */
  private async showPlace(again = false): Promise<void> {
    const { view, passage, place } = this;
    if (!view || !passage) return;
    const shown = JSON.stringify([passage, place.words]);
    if (shown === this.shown && !again) return;
    // Of the passage before; this one may take a while to be found.
    if (shown !== this.shown) this.outcome = undefined;
    this.shown = shown;
    const showing = ++this.showing;
    const outcome = await view.show(passage, place.words);
    // One that was overtaken has shown nothing, and the focus is for the one that overtook it.
    if (showing !== this.showing || view !== this.view || passage !== this.passage) return;
    this.outcome = outcome;
    await this.updateComplete;
    const { focusBefore } = this;
    this.focusBefore = undefined;
    if (!focusBefore || this.hasMovedFrom(focusBefore.element)) return;
    // Its text is in the notice when it is not in the document.
    const start = view.start ?? this.renderRoot.querySelector<HTMLElement>('.missing');
    start?.focus({ preventScroll: true });
  }

  /** Whether a person took the focus elsewhere meanwhile. A view that frees what had it, a page of a PDF, keeps it in the document. */
  private hasMovedFrom(before: HTMLElement | undefined): boolean {
    const now = innermostFocus();
    if (now === before) return false;
    return before?.isConnected !== false || !now?.closest('.document');
  }

  /** From the toolbar: a screen reader goes on from there, and what was scrolled away comes back. */
  private readonly goToPassage = (): void => {
    this.focusBefore = { element: innermostFocus() };
    void this.showPlace(true);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || isComposing(event)) return;
    event.preventDefault();
    this.close();
  };

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent('reader-close', { bubbles: true, composed: true }));
  };

  private readonly goTo = (passage: number | undefined): void => {
    this.place = this.ownPlace = { ...this.place, passage };
    this.focusBefore = undefined;
    const reached = this.passage;
    const page = reached && pageOf(reached.anchor);
    if (reached) this.say(`${this.numberOf(reached)}${page === undefined ? '' : `, page ${page}`}`, { aloud: true });
    this.dispatchEvent(new CustomEvent('reader-place', { detail: passage, bubbles: true, composed: true }));
  };

  private numberOf({ number }: DocumentPassage): string {
    return `Passage ${number + 1} of ${this.document?.passageCount}`;
  }

  private async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(`${what} copied`);
    } catch {
      this.say('The browser did not allow copying');
    }
  }

  private say(text: string, { aloud = false } = {}): void {
    clearTimeout(this.confirmation);
    this.said = text;
    this.isSaidAloud = aloud;
    this.confirmation = setTimeout(() => {
      this.said = '';
    }, CONFIRM_MS);
  }

  /** As bytes of no kind: a browser keeps them and never shows them as a page of this origin. */
  private readonly download = (): void => {
    const { file, document: shown } = this;
    if (!file || !shown) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([file], { type: 'application/octet-stream' }));
    link.download = shown.path.split('/').at(-1) ?? 'document';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.say('Download started');
  };

  private renderToolbar(document: LibraryDocument): TemplateResult {
    const { passage, passages } = this;
    const at = passage ? passages.indexOf(passage) : -1;
    return toolbarView({
      document,
      passage,
      hasPassages: passages.length > 0,
      count: passage ? this.numberOf(passage) : '',
      previous: at < 0 ? undefined : passages[at - 1]?.number,
      next: passages[at + 1]?.number,
      hasFile: this.file !== undefined,
      controls: isPdf(this.view) ? pdfControlsView(this.view) : nothing,
      onClose: this.close,
      onPassage: this.goTo,
      onCount: this.goToPassage,
      onCopyCitation: () => passage && this.copy(citation(document, passage), 'Citation'),
      onCopyText: () => passage && this.copy(passage.text, 'Text'),
      onDownload: this.download,
    });
  }

  protected override render(): TemplateResult {
    const { document, passage, problem, said, isSaidAloud } = this;
    const told = problem || this.view?.problem;
    const isLoading = document !== undefined && !this.view;
    const kind = problem || !document?.hasFile ? 'passages' : document.kind;
    return html`<div class="scroll">
        <div class="inner" data-kind=${kind ?? nothing}>
          <div class="top" ?data-busy=${isLoading}>
            ${document ? this.renderToolbar(document) : nothing}
            ${told ? html`<p class="notice" role="alert">${told}</p>` : nothing}
            ${passage && this.outcome === 'missing' ? missingView(passage) : nothing}
          </div>
          <div
            class="document"
            role="region"
            aria-label="Document text"
            aria-busy=${isLoading}
            tabindex="0"
            data-kind=${kind ?? nothing}
          ></div>
        </div>
      </div>
      <p class="said" role="status" ?data-shown=${said !== '' && !isSaidAloud}>${said}</p>`;
  }
}

/** Whether it is shown from the same file in the same way. */
function isSame(a: LibraryDocument | undefined, b: LibraryDocument | undefined): boolean {
  return a?.id === b?.id && a?.kind === b?.kind && a?.path === b?.path && a?.hasFile === b?.hasFile;
}

function isSamePlace(a: LatelightReader['place'] | undefined, b: LatelightReader['place'] | undefined): boolean {
  return a?.passage === b?.passage && a?.words.join() === b?.words.join();
}

function problemOf({ kind, reason }: LibraryDocument, passages: readonly DocumentPassage[], error: unknown): string {
  const why = (kind && !reason) || passages.length > 0 ? ` (${(error as Error).message})` : '';
  if (passages.length > 0) return `The file cannot be shown${why}. This is the text that was found in it.`;
  return `The file cannot be shown${why}. ${reason ?? ''}`.trim();
}

function isPdf(view: DocumentView | undefined): view is PdfView {
  return view !== undefined && 'pageCount' in view;
}

function missingView(passage: DocumentPassage): TemplateResult {
  return html`<section class="notice missing" tabindex="-1">
    <p>This passage was not found in the document as it is shown here. It reads:</p>
    <blockquote>${passage.text}</blockquote>
  </section>`;
}

if (!customElements.get('latelight-reader')) customElements.define('latelight-reader', LatelightReader);

declare global {
  interface HTMLElementTagNameMap {
    'latelight-reader': LatelightReader;
  }
  interface HTMLElementEventMap {
    'reader-close': CustomEvent<undefined>;
    'reader-place': CustomEvent<number>;
  }
}
