// <latelight-search>: a search box over an index folder, with its results below it. This file is the element's state; what it
// looks like is styles.ts and views.ts, keys are keyboard.ts, words are messages.ts.

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { abortError } from '../errors.ts';
import type { Hit, OpenOptions, SearchEngine, SearchResult, Stage } from '../types.ts';
import { open } from '../worker/client.ts';
import { EngineSession } from './engine-session.ts';
import { KeptFocus } from './kept-focus.ts';
import { Keyboard } from './keyboard.ts';
import { hitAddress } from './links.ts';
import { announcement, instantNote, loadingNote, MESSAGES, nothingFound, resultNote } from './messages.ts';
import { QuerySequence } from './query-sequence.ts';
import { stageStyles } from './stage-styles.ts';
import { styles } from './styles.ts';
import { type Chip, chipsOf, chipsView, engineView, errorView, hitsView } from './views.ts';

/** A pause long enough that a screen reader is not talked over while someone types. */
const ANNOUNCE_AFTER_MS = 700;

export class LatelightSearch extends LitElement {
  static override properties = {
    src: { type: String },
    device: { type: String },
    limit: { type: Number },
    debounce: { type: Number },
    eager: { type: Boolean },
    offline: { type: Boolean },
    placeholder: { type: String },
    engine: { attribute: false, noAccessor: true },
    query: { attribute: false, noAccessor: true },
  };
  static override styles = [styles, stageStyles];

  /** Index folder of elements without `src`. The script that a site includes sets it to its own folder. */
  static defaultSrc = './';

  /** Address of the index folder, relative to the page. */
  declare src: string | undefined;
  /** Where to compute: `auto`, `webgpu` or `wasm`. */
  declare device: OpenOptions['device'];
  /** Hits to show. */
  declare limit: number;
  /** Pause in typing, in milliseconds, after which a search starts. */
  declare debounce: number;
  /** Opens the engine at once instead of on first focus. */
  declare eager: boolean;
  /** Keeps all of the index for offline use, fetched in the background after opening. */
  declare offline: boolean;
  declare placeholder: string;

  private readonly keyboard = new Keyboard(this);
  private readonly session = new EngineSession(
    open,
    () => this.requestUpdate(),
    (engine) => this.emit('latelight-ready', engine),
    (error) => this.showError(error),
  );
  private readonly sequence = new QuerySequence<SearchResult>({
    run: (query, signal) => this.search(query, signal),
    onResult: (result) => this.showResult(result),
    onError: (error) => this.showError(error),
    onBusy: (busy) => {
      this.isBusy = busy;
      this.requestUpdate();
    },
  });
  private handedIn: SearchEngine | undefined;
  private text = '';
  private result: SearchResult | undefined;
  private siteRoot = '';
  private chipList: Chip[] = [];
  private error: unknown;
  private isBusy = false;
  private pinned: number | undefined;
  private pointed: number | undefined;
  private spoken = '';
  private speech: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new KeptFocus(this);
    this.device = 'auto';
    this.limit = 10;
    this.debounce = 80;
    this.eager = false;
    this.offline = false;
    this.placeholder = MESSAGES.placeholder;
  }

  /** The engine in use. Hand in an open one to share it: it is then not closed with the element. */
  get engine(): SearchEngine | undefined {
    return this.handedIn ?? this.session.engine;
  }

  set engine(engine: SearchEngine | undefined) {
    this.handedIn = engine;
    this.session.close();
    if (this.text) this.setQuery(this.text, 0);
  }

  /** What the box holds. Setting it searches at once. */
  get query(): string {
    return this.text;
  }

  set query(query: string) {
    if (query !== this.text) this.setQuery(query, 0);
  }

  get box(): HTMLInputElement | null {
    return this.renderRoot?.querySelector<HTMLInputElement>('#box') ?? null;
  }

  get hitLinks(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('h3 > a[href]')];
  }

  get chips(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.chip')];
  }

  get isSettled(): boolean {
    return this.result?.query === this.text && (!this.isBusy || this.result.stage === 'instant');
  }

  override focus(options?: FocusOptions): void {
    if (this.hasUpdated) this.box?.focus(options);
    else void this.updateComplete.then(() => this.box?.focus(options));
  }

  /** Empties the box as a visitor would: listeners hear an `input` event. */
  clear(): void {
    const { box } = this;
    if (!box) return;
    box.value = '';
    box.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }

  searchNow(): void {
    this.setQuery(this.text, 0);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.speech);
    this.sequence.cancel();
    // An element that is only moved keeps its engine.
    queueMicrotask(() => !this.isConnected && this.session.close());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.text && !this.result) this.setQuery(this.text, 0);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const isOther = this.hasUpdated && (changed.has('src') || changed.has('device'));
    if (isOther) this.session.close();
    if ((isOther || changed.has('limit')) && this.text) this.setQuery(this.text, 0);
    if (this.eager) this.prepare();
  }

  private setQuery(text: string, delayMs: number): void {
    this.text = text;
    this.requestUpdate();
    if (text.trim()) {
      if (this.isConnected) this.sequence.schedule(text, delayMs);
      return;
    }
    this.sequence.cancel();
    // What failed to open still has: only the error of a search goes with its query.
    this.show(undefined, this.engine ? undefined : this.error);
    this.say('');
  }

  private async search(query: string, signal: AbortSignal): Promise<SearchResult> {
    const engine = await this.openEngine();
    if (signal.aborted) throw abortError('search');
    this.siteRoot = engine.siteRoot;
    const onInstant = (result: SearchResult) => !signal.aborted && this.showResult(result);
    return engine.search(query, { limit: this.limit, signal, onInstant });
  }

  private async openEngine(): Promise<SearchEngine> {
    if (this.engine) return this.engine;
    const folder = new URL(this.src ?? LatelightSearch.defaultSrc, document.baseURI);
    return this.session.open(folder.href, { device: this.device, offline: this.offline });
  }

  /** Opens the engine ahead of the first query; a failure is shown as one of a query would be. */
  private prepare(): void {
    if (!this.isConnected || this.engine || this.session.isOpening || this.error) return;
    this.openEngine().catch((error) => this.showError(error));
  }

  private showResult(result: SearchResult): void {
    // What keeps the full stage away is still so.
    this.show(result, result.stage === 'instant' ? this.error : undefined);
    // Words that do not change are not spoken again.
    this.say(announcement(result));
    this.emit('latelight-results', result);
  }

  private showError(error: unknown): void {
    if ((error as { code?: string }).code === 'aborted') return;
    const isNews = error !== this.error;
    const { result, text } = this;
    this.show(result?.stage === 'instant' && result.query === text ? result : undefined, error);
    if (isNews) this.emit('latelight-error', error);
  }

  private show(result: SearchResult | undefined, error: unknown): void {
    const isOtherQuery = result?.query !== this.result?.query;
    this.result = result;
    this.error = error;
    this.chipList = result ? chipsOf(result) : [];
    if (isOtherQuery) this.pinned = this.pointed = undefined;
    this.requestUpdate();
  }

  private say(text: string): void {
    clearTimeout(this.speech);
    this.speech = setTimeout(() => {
      this.spoken = text;
      this.requestUpdate();
    }, ANNOUNCE_AFTER_MS);
  }

  private emit(type: string, detail: unknown, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
  }

  private readonly retry = (): void => {
    this.session.close();
    this.show(undefined, undefined);
    this.prepare();
    if (this.text) this.setQuery(this.text, 0);
    // The button that had focus goes away.
    this.focus();
  };

  private readonly onInput = (event: Event): void => {
    this.setQuery((event.target as HTMLInputElement).value, this.debounce);
  };

  private readonly onSelect = (event: Event, hit: Hit, index: number): void => {
    const address = hitAddress(hit.url, this.siteRoot);
    if (!this.emit('latelight-select', { hit, index, address, stage: this.result?.stage }, true))
      event.preventDefault();
  };

  private readonly chipHandlers = {
    onKey: (event: KeyboardEvent) => this.keyboard.onChipKey(event),
    onPoint: (word: number | undefined) => {
      this.pointed = word;
      this.requestUpdate();
    },
    onToggle: (word: number) => {
      this.pinned = this.pinned === word ? undefined : word;
      this.pointed = undefined;
      this.requestUpdate();
    },
  };

  protected override render(): TemplateResult {
    const { result, chipList, pinned, error } = this;
    const shown = this.pointed ?? pinned;
    const tabStop = chipList.some(({ word }) => word === shown) ? shown : chipList[0]?.word;
    return html`
      ${this.renderBox()}
      <div class="foot">
        <p class="note" ?data-loading=${this.session.isOpening}>${this.note}</p>
        ${result ? engineView(result, this.engine?.notice ?? '') : nothing}
      </div>
      ${chipsView(chipList, shown, pinned, tabStop, this.chipHandlers)}
      ${error ? errorView(error, this.retry) : nothing}
      <div
        class="results"
        part="results"
        data-stage=${result?.stage ?? nothing}
        role="region"
        aria-label=${MESSAGES.results}
        aria-busy=${this.isBusy && !this.isSettled}
        @keydown=${this.keyboard.onHitKey}
      >
        ${result?.hits.length ? hitsView(result, this.siteRoot, shown, this.onSelect) : nothing}
        ${result?.hits.length === 0 ? html`<p class="nothing">${nothingFound(result.query)}</p>` : nothing}
      </div>
      <p class="hidden" role="status">${this.spoken}</p>
    `;
  }

  private get note(): string {
    if (this.session.isOpening) return loadingNote(this.session.progress, this.text.trim() !== '');
    const { result, session, error } = this;
    if (result?.stage === 'instant') return instantNote(session.progress, error !== undefined);
    return result ? resultNote(result) : '';
  }

  private renderBox(): TemplateResult {
    const { session, text } = this;
    return html`<form class="search" role="search" @submit=${(event: Event) => event.preventDefault()}>
      <svg class="lens" viewBox="0 0 24 24" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6" /><path d="m15 15 5 5" /></svg>
      <label class="hidden" for="box">${MESSAGES.label}</label>
      <input
        id="box"
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        dir="auto"
        aria-describedby="hint"
        aria-keyshortcuts="/"
        placeholder=${this.placeholder}
        .value=${live(text)}
        @input=${this.onInput}
        @focus=${() => this.prepare()}
        @keydown=${this.keyboard.onBoxKey}
      />
      <span id="hint" class="hidden">${MESSAGES.hint}</span>
      ${
        text
          ? html`<button type="button" class="clear" aria-label=${MESSAGES.clear} @click=${this.onClear}>
              <svg viewBox="0 0 24 24" aria-hidden="true"><path d="m7 7 10 10M17 7 7 17" /></svg>
            </button>`
          : html`<kbd aria-hidden="true">/</kbd>`
      }
      ${session.isOpening || session.isFilling ? this.renderProgress() : this.isBusy ? html`<span class="sweep"></span>` : nothing}
    </form>`;
  }

  private renderProgress(): TemplateResult {
    const { progress } = this.session;
    const share =
      progress && progress.loadedBytes < progress.totalBytes ? progress.loadedBytes / progress.totalBytes : undefined;
    if (share === undefined) return html`<progress class="sweep" aria-label=${MESSAGES.loading}></progress>`;
    return html`<progress class="bytes" aria-label=${MESSAGES.loading} max="1" .value=${share}></progress>`;
  }

  private readonly onClear = (): void => {
    this.clear();
    this.focus();
  };
}

if (!customElements.get('latelight-search')) customElements.define('latelight-search', LatelightSearch);

declare global {
  interface HTMLElementTagNameMap {
    'latelight-search': LatelightSearch;
  }
  interface HTMLElementEventMap {
    'latelight-ready': CustomEvent<SearchEngine>;
    'latelight-results': CustomEvent<SearchResult>;
    'latelight-select': CustomEvent<{ hit: Hit; index: number; address: string | undefined; stage: Stage }>;
    'latelight-error': CustomEvent<Error>;
  }
}
