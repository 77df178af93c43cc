// <latelight-library>: the app of a person who makes their own documents searchable, offline. This file puts its parts together:
// what comes in is intake.ts and jobs.ts, the search library-search.ts, the list latelight-documents.ts, the address route.ts, what it
// looks like views/ and styles/, words words.ts. The page brings the library, and <latelight-reader> to show documents with.

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { baseStyles } from '../../element/styles/base-styles.ts';
import type { FileStream } from '../collect-files.ts';
import type { PdfAssets } from '../reader/pdf-view.ts';
import type { Start } from '../shell/start.ts';
import type { Library, LibraryDocument, LibraryState, ReaderPlace } from '../types.ts';
import { Announcer } from './announcer.ts';
import { BarRoom } from './bar-room.ts';
import { documentOf, newsOf, snapshot } from './changes.ts';
import { Intake } from './intake.ts';
import { Jobs } from './jobs.ts';
import './latelight-documents.ts';
import { isForBrowser, LibrarySearch } from './library-search.ts';
import { OpenDocument } from './open-document.ts';
import { ReaderFocus } from './reader-focus.ts';
import { ReaderScript } from './reader-script.ts';
import { Removal } from './removal.ts';
import { Route } from './route.ts';
import { layerStyles } from './styles/layer-styles.ts';
import { pageStyles } from './styles/page-styles.ts';
import { sharedStyles } from './styles/shared-styles.ts';
import { addButtons, emptyView } from './views/empty-view.ts';
import { mark } from './views/icons.ts';
import { indexingBar } from './views/indexing-bar.ts';
import { type Asked, libraryFoot, privacyView } from './views/library-foot.ts';
import { downloadView, noticesView } from './views/notices.ts';
import { readerPane } from './views/reader-pane.ts';
import { words } from './words.ts';

export class LatelightLibrary extends LitElement {
  static override properties = {
    library: { attribute: false },
    updates: { attribute: false },
    install: { attribute: false },
    pdfAssets: { attribute: false },
    importReader: { attribute: false },
  };
  static override styles = [baseStyles, sharedStyles, pageStyles, layerStyles];

  declare library: Library;
  /** Set anew when it changes. */
  declare updates: { waiting: boolean; apply(): void } | undefined;
  /** Set anew when it changes. */
  declare install: { available: boolean; prompt(): Promise<void> } | undefined;
  declare pdfAssets: PdfAssets | undefined;
  /** Defines `<latelight-reader>`, where the page has not done so; called again where it failed. */
  declare importReader: (() => Promise<unknown>) | undefined;

  private readonly announcer = new Announcer(this);
  private readonly intake = new Intake(this);
  private readonly jobs = new Jobs(this);
  private readonly search = new LibrarySearch(this);
  private readonly opened = new OpenDocument(this);
  private readonly removal = new Removal(this, this.search);
  private readonly readerScript = new ReaderScript(this);
  private readonly readerFocus = new ReaderFocus(this);
  private readonly route = new Route(this);
  /** Without a document. */
  private readonly pageTitle = document.title;
  private unsubscribe: (() => void) | undefined;
  private last: LibraryState | undefined;
  private asked: Asked;
  private hasAskedToPersist = false;

  constructor() {
    super();
    new BarRoom(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('library')) this.subscribe();
    const { place } = this.route;
    if (!place) this.opened.close();
    else {
      const document = documentOf(this.library.state, place.documentId);
      if (document) void this.opened.open(this.library, document);
    }
  }

  private subscribe(): void {
    this.unsubscribe?.();
    this.last = snapshot(this.library.state);
    this.unsubscribe = this.library.subscribe((state) => {
      if (this.last) this.say(...newsOf(this.last, state));
      this.last = snapshot(state);
      this.requestUpdate();
    });
  }

  say(...sentences: string[]): void {
    this.announcer.say(...sentences);
  }

  /** Until a reload cuts nothing off. */
  untilDone(): Promise<void> {
    return this.jobs.untilDone();
  }

  /** @returns whether they are safely kept; what went wrong is shown */
  async takeFiles(files: FileStream): Promise<boolean> {
    const isKept = await this.jobs.add(files);
    void this.askToPersist();
    return isKept;
  }

  /** Once, when there is something to keep: some browsers decide by themselves, others ask the person. */
  private async askToPersist(): Promise<void> {
    const { documents, storage, isPrivateWindow } = this.library.state;
    if (this.hasAskedToPersist || isPrivateWindow || documents.size === 0 || storage?.persisted !== false) return;
    this.hasAskedToPersist = true;
    await this.persist().catch(() => false); // the button below asks again, and says what came of it
  }

  private async persist(): Promise<boolean> {
    this.asked = 'asking';
    this.requestUpdate();
    try {
      return await this.library.persist();
    } finally {
      this.asked = undefined;
      this.requestUpdate();
    }
  }

  /** What the page was started for, by a shortcut of the installed app. */
  async start(action: Start['action']): Promise<void> {
    if (!action) return;
    if (this.route.place && this.readerFocus.isNarrow) await this.route.close();
    await this.updateComplete;
    if (action === 'search' && this.library.state.documents.size > 0) {
      this.search.focus();
      return;
    }
    this.renderRoot.querySelector<HTMLElement>('button.strong')?.focus();
    // Only what a person did just now may open the browser's picker.
    if (action === 'add' && navigator.userActivation?.isActive) this.intake.pickFiles();
  }

  openPlace(place: ReaderPlace): void {
    this.jobs.dismissSuccess();
    this.route.open(place);
  }

  onRoute(place: ReaderPlace | undefined): void {
    this.readerFocus.onRoute(place?.documentId);
    if (place) void this.readerScript.load();
    // Opened again: what could not be read may be there now.
    if (this.opened.problem) this.opened.close();
  }

  private readonly actions = {
    open: (event: MouseEvent, { id }: LibraryDocument) => {
      if (isForBrowser(event)) return;
      event.preventDefault();
      this.openPlace({ documentId: id, passage: undefined, words: [] });
    },
    searchOnly: ({ path }: LibraryDocument) => this.search.searchOnly(path),
    remove: this.removal.remove,
    retry: (ids: number[]) => this.attempt(() => this.library.retry(ids)),
    pause: () => this.attempt(() => this.library.pause()),
    resume: () => this.attempt(() => this.library.resume()),
    cancelRest: this.removal.cancelRest,
    clear: this.removal.clear,
    persist: () =>
      this.attempt(async () => {
        this.asked = (await this.persist()) ? undefined : 'refused';
        this.requestUpdate();
      }),
    export: this.jobs.export,
    pickFiles: this.intake.pickFiles,
    pickFolder: this.intake.pickFolder,
    pickArchive: this.intake.pickArchive,
  };

  /** What a button does; what went wrong is shown. */
  async attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.jobs.fail(error);
    }
  }

  protected override updated(): void {
    const { place } = this.route;
    const title = place && documentOf(this.library.state, place.documentId)?.title;
    document.title = title ? `${title} - ${this.pageTitle}` : this.pageTitle;
    this.readerFocus.apply();
  }

  protected override render(): TemplateResult {
    const { state } = this.library;
    const { place } = this.route;
    const isEmpty = state.documents.size === 0;
    return html`
      <div class="columns" ?data-empty=${isEmpty} ?data-reading=${place !== undefined}>
        <div class="list" ?inert=${place !== undefined && this.readerFocus.isNarrow}>
          ${this.renderHeader(isEmpty)}
          <main>
            ${noticesView({ state, updates: this.updates, job: this.jobs.current, report: this.jobs.report, onDismiss: this.dismiss, onResume: this.goOn })}
            ${isEmpty ? emptyView(state, this.actions) : this.renderDocuments(state)}
          </main>
          <footer>
            ${isEmpty ? nothing : html`<p>${words.promise}</p>`} ${privacyView(!isEmpty, this.actions.clear)}
          </footer>
          ${state.progress ? indexingBar(state, state.progress, this.actions) : nothing}
        </div>
        ${
          place
            ? readerPane({
                place,
                document: documentOf(state, place.documentId),
                opened: this.opened,
                script: this.readerScript,
                pdfAssets: this.pdfAssets,
                isAlone: this.readerFocus.isNarrow,
                onClose: () => this.route.close(),
                onPassage: (passage) => this.route.move({ ...place, passage }),
              })
            : nothing
        }
      </div>
      ${this.intake.isOver ? html`<div class="over" aria-hidden="true">${words.dropNow}</div>` : nothing}
      ${this.removal.view()}
      <p class="hidden" role="status">${this.announcer.text}</p>
    `;
  }

  private readonly dismiss = (): void => {
    this.jobs.dismiss();
    this.leaveNotice();
  };

  private readonly goOn = async (): Promise<void> => {
    await this.actions.resume();
    if (!this.library.state.problem) this.leaveNotice();
  };

  /** Focus that was in a notice would fall to the page. */
  private leaveNotice(): void {
    if (this.library.state.documents.size > 0) this.search.focus();
    else this.renderRoot.querySelector<HTMLElement>('.zone button')?.focus();
  }

  private renderHeader(isEmpty: boolean): TemplateResult {
    const { install } = this;
    return html`<header>
      <div class="brand">
        ${mark}
        <h1>${isEmpty ? words.headline : words.name}</h1>
        <p class="tagline">${isEmpty ? words.promise : words.promiseShort}</p>
      </div>
      <div class="choices">
        ${isEmpty ? nothing : addButtons(this.actions)}
        ${
          install?.available
            ? html`<button type="button" class="pill" @click=${() => install.prompt()}>${words.install}</button>`
            : nothing
        }
      </div>
    </header>`;
  }

  private renderDocuments(state: LibraryState): TemplateResult {
    return html`
      ${downloadView(state)} ${this.search.view(state)}
      <latelight-documents
        .documents=${state.documents}
        .actions=${this.actions}
        .openId=${this.route.place?.documentId}
      ></latelight-documents>
      ${libraryFoot(state, this.asked, this.actions)}
    `;
  }
}

customElements.define('latelight-library', LatelightLibrary);

declare global {
  interface HTMLElementTagNameMap {
    'latelight-library': LatelightLibrary;
  }
}
