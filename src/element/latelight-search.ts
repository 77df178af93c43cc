// <latelight-search>: a search box over an index folder, with its results below it or, with `mode="modal"`, a button and a dialog
// that holds both. This file is the element's options and events; what is searched is search-model.ts, what it looks like is
// views/ and styles/, keys are keyboard.ts and modal.ts, words are messages.ts and languages/.
//
// Parts: trigger, trigger-key; dialog, panel; box, input, clear, close; foot, note, spelling, engine, engine-panel; suggestions, start,
// recent, favourite-link; words, word, phrases, phrase; refine, filters-button, filters, filter, filter-name, filter-value, filters-on,
// filter-on, sort, sort-list; error; results, list, group, hit, image, link, title, breadcrumb, excerpt, mark, also, also-link,
// favourite, sub-results, sub-result, heading; more, no-results; button (every plain one).
// Slots: trigger; empty (below an empty box), no-results, footer; <template slot="hit"> (see views/hit-template.ts).

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { open } from '../open.ts';
import type { Hit, SearchEngine, SearchResult } from '../types.ts';
import { EngineSession } from './engine-session.ts';
import { type FilterChoice, filterGroups, ticked, toggled } from './filter-choice.ts';
import type { Group } from './grouping.ts';
import { KeptFocus } from './kept-focus.ts';
import { Keyboard } from './keyboard.ts';
import { inheritedLang } from './languages.ts';
import { isElsewhere, passageAddress } from './links.ts';
import { LiveRegion } from './live-region.ts';
import { spelt, type Wording } from './messages.ts';
import { isInert, isSeen, Modal } from './modal.ts';
import type { LatelightSearchConstructor, LatelightSearchElement } from './public-element.ts';
import { withoutQuotationMarks } from './quotation-marks.ts';
import { SearchModel } from './search-model.ts';
import { SearchOptions } from './search-options.ts';
import { SpokenLanguage } from './spoken-language.ts';
import { styles } from './styles/styles.ts';
import { boxView } from './views/box-view.ts';
import { chipsView, phrasesView } from './views/chips-view.ts';
import { engineView } from './views/engine-view.ts';
import { errorView } from './views/error-view.ts';
import { refineView } from './views/filters-view.ts';
import { CustomHits } from './views/hit-template.ts';
import { type HitsContext, hitsView } from './views/hits-view.ts';
import { moreView } from './views/more-view.ts';
import { nothingView } from './views/nothing-view.ts';
import { spellingView } from './views/spelling-view.ts';
import { startView, suggestionsView } from './views/start-view.ts';
import { keyHint, triggerView } from './views/trigger-view.ts';
import { VisitorMemory } from './visitor-memory.ts';
import { WordChips } from './word-chips.ts';

export class LatelightSearch extends SearchOptions implements LatelightSearchElement {
  static override styles = styles;

  private readonly keyboard = new Keyboard(this);
  private readonly modal = new Modal(this);
  private readonly words = new WordChips(this);
  private readonly memory = new VisitorMemory(this);
  private readonly live = new LiveRegion(this);
  private readonly language = new SpokenLanguage(this);
  private readonly customHits = new CustomHits(this);
  private readonly session = new EngineSession(
    open,
    () => this.requestUpdate(),
    (engine) => this.emit('latelight-ready', engine),
    (error) => this.model.showError(error),
  );
  private readonly model = new SearchModel({
    limits: () => ({ pages: this.limit, perPage: this.perPage }),
    typoTolerance: () => this.typoTolerance !== 'off',
    engine: () => this.openEngine(),
    hasEngine: () => this.engine !== undefined,
    onChange: () => this.requestUpdate(),
    onResult: (result, groups) => this.onResult(result, groups),
    onError: (error) => this.onError(error),
  });
  private handedIn: SearchEngine | undefined;
  private openedLanguage = '';
  private areFiltersOpen = false;
  private isWaiting = false;

  constructor() {
    super();
    new KeptFocus(this);
  }

  get engine(): SearchEngine | undefined {
    return this.handedIn ?? this.session.engine;
  }

  set engine(engine: SearchEngine | undefined) {
    // As with filters, it may be what is set already.
    if (engine === this.handedIn || engine === this.engine) return;
    this.handedIn = engine;
    this.forgetEngine();
    if (this.query) this.searchNow();
  }

  get query(): string {
    return this.model.text;
  }

  set query(query: string | null | undefined) {
    const text = oneLine(query ?? '');
    if (text !== this.query) this.model.setText(text, 0, this.isConnected);
  }

  get filter(): FilterChoice {
    return this.model.filter;
  }

  set filter(filter: FilterChoice | null | undefined) {
    this.refine(filter ?? {}, this.sort);
  }

  get sort(): string {
    return this.model.sort;
  }

  set sort(sort: string | null | undefined) {
    this.refine(this.filter, sort ?? '');
  }

  /** Frameworks set what is set already with every render, which a search's own result may cause. */
  private refine(filter: FilterChoice, sort: string): void {
    if (!this.model.refine(filter, sort)) return;
    this.live.expectNews();
    this.searchNow();
  }

  get isModal(): boolean {
    return this.mode === 'modal';
  }

  get isShowable(): boolean {
    return isSeen(this.renderRoot?.querySelector('.frame') ?? this) && !isInert(this);
  }

  get isOpen(): boolean {
    return this.modal.isOpen;
  }

  get dialog(): HTMLDialogElement | null {
    return this.renderRoot?.querySelector('dialog') ?? null;
  }

  get box(): HTMLInputElement | null {
    return this.renderRoot?.querySelector<HTMLInputElement>('#box') ?? null;
  }

  get hitLinks(): HTMLElement[] {
    return this.stops.filter((stop) => stop.closest('[data-hit]'));
  }

  get stops(): HTMLElement[] {
    const places = [...this.renderRoot.querySelectorAll<HTMLElement>('[data-row], [data-hit]')];
    const stops = places.map((place) => (place.hasAttribute('data-row') ? place : place.querySelector('a[href]')));
    return stops.filter((stop) => stop instanceof HTMLElement);
  }

  get chips(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.chip')];
  }

  get isSettled(): boolean {
    return this.model.isSettled;
  }

  show(opener?: HTMLElement): boolean {
    // What is still to be drawn is as good as shown.
    let isShown = true;
    this.whenDrawn(() => {
      const { box, modal } = this;
      if (this.isModal) modal.show(opener);
      box?.focus({ preventScroll: modal.isOpen });
      box?.select();
      isShown = box === this.shadowRoot?.activeElement;
    });
    return isShown;
  }

  close(): void {
    this.modal.hide();
  }

  override focus(options?: FocusOptions): void {
    this.whenDrawn(() => {
      const isInside = !this.isModal || this.isOpen;
      (isInside ? this.box : this.renderRoot.querySelector<HTMLElement>('.trigger'))?.focus(options);
    });
  }

  clear(): void {
    this.whenDrawn(() => this.type(''));
  }

  ask(query: string): void {
    this.whenDrawn(() => {
      this.type(query);
      this.searchNow();
      this.focus();
    });
  }

  private whenDrawn(act: () => void): void {
    if (this.hasUpdated) act();
    else void this.updateComplete.then(act);
  }

  private type(text: string): void {
    const { box } = this;
    if (!box) return;
    box.value = oneLine(text);
    box.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }

  searchNow(): void {
    if (this.query) this.model.setText(this.query, 0, this.isConnected);
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.model.resume();
    // The language may be another here, and an eager one has an engine to open again.
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.model.pause();
    // An element that is only moved keeps its engine.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.session.close();
      if (!this.handedIn) this.model.forgetError();
    });
  }

  onModalChange(isOpen: boolean): void {
    if (isOpen) this.prepare();
    this.requestUpdate();
    this.emit(isOpen ? 'latelight-open' : 'latelight-close', undefined);
  }

  /** Waits for the words of a language that is not there yet: none of another are shown meanwhile. */
  protected override async scheduleUpdate(): Promise<void> {
    const { translations } = LatelightSearch;
    // Again after each wait: language and words may be others by then.
    for (;;) {
      const fetched = this.language.follow(translations, this.translations);
      if (!fetched) break;
      await fetched;
    }
    super.scheduleUpdate();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { model } = this;
    // Its hits stand for a page in another language by now.
    const isForeign =
      this.isConnected && this.session.engine !== undefined && inheritedLang(this) !== this.openedLanguage;
    const isOther = this.hasUpdated && (isForeign || ['src', 'device', 'mergeIndex'].some((name) => changed.has(name)));
    if (isOther) this.forgetEngine();
    if (changed.has('mode') && this.hasUpdated) this.modal.hide();
    if (this.hasUpdated && (isOther || ['limit', 'perPage', 'typoTolerance'].some((name) => changed.has(name))))
      this.searchNow();
    this.words.read(model.result);
    if (this.eager) this.prepare();
    const isWaiting = this.session.isOpening && this.query.trim() !== '';
    if (isWaiting && !this.isWaiting) this.live.say(this.wording.loading(undefined, true));
    this.isWaiting = isWaiting;
  }

  private get wording(): Wording {
    return this.language.wording;
  }

  get folder(): string {
    const address = this.src ?? LatelightSearch.defaultSrc;
    const { baseURI } = this;
    // What is no address is refused, and said, when it is opened.
    return URL.canParse(address, baseURI) ? new URL(address, baseURI).href : address;
  }

  private async openEngine(): Promise<SearchEngine> {
    if (this.handedIn) return this.handedIn;
    const language = inheritedLang(this);
    // Routers change the page's language in place: another language may have an index of its own.
    if (language !== this.openedLanguage) this.session.close();
    this.openedLanguage = language;
    const { device, offline, mergeIndex } = this;
    return this.session.open(this.folder, { device, offline, language, ...(mergeIndex && { mergeIndex }) });
  }

  /** Opens the engine ahead of the first query; a failure is shown as one of a query would be. */
  private prepare(): void {
    if (!this.isConnected || this.engine || this.session.isOpening || this.model.error) return;
    this.openEngine().catch((error) => this.model.showError(error));
  }

  get siteRoot(): string {
    return this.engine?.siteRoot ?? this.folder;
  }

  private onResult(result: SearchResult, groups: Group[]): void {
    this.live.say(this.wording.announcement(result, groups.length));
    this.emit('latelight-results', result);
  }

  private onError(error: unknown): void {
    // It speaks for itself: an alert.
    if (!this.model.result) this.live.say('');
    this.emit('latelight-error', error);
  }

  private emit(type: string, detail: unknown, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
  }

  private readonly onTrigger = (event: Event): void => {
    const pressed = event.target as HTMLElement;
    if (event.defaultPrevented || (pressed.closest('a[href]') && isElsewhere(event as MouseEvent))) return;
    // One of the page's own may be a link, or send a form.
    if (this.show(pressed)) event.preventDefault();
  };

  private forgetEngine(): void {
    this.session.close();
    this.model.forget();
  }

  private readonly retry = (): void => {
    // One of the page's own that was closed is closed for good.
    if ((this.model.error as { code?: string } | undefined)?.code === 'closed') this.handedIn = undefined;
    this.forgetEngine();
    // What comes of it the search says.
    this.handedIn?.reopen?.().catch(() => undefined);
    this.prepare();
    this.searchNow();
    // The button that had focus goes away.
    this.focus();
  };

  private readonly onInput = (event: Event): void => {
    this.model.setText((event.target as HTMLInputElement).value, this.debounce, this.isConnected);
    if (!this.query.trim()) this.live.say('');
  };

  private readonly onClear = (): void => {
    this.clear();
    this.focus();
  };

  private readonly addressOf = (hit: Hit): string | undefined =>
    passageAddress(hit, this.siteRoot, {
      textFragments: 'fragmentDirective' in document,
      highlight: this.highlight,
    });

  /** @param shown the hit itself, or the one that it is named with */
  private onSelect(event: Event, hit: Hit, shown: Hit, { hits, stage }: SearchResult): void {
    const detail = { hit, index: hits.indexOf(shown), address: this.addressOf(hit), stage };
    if (!this.emit('latelight-select', detail, true)) event.preventDefault();
    this.memory.remember();
    this.leave(event);
  }

  /** A link to a place on this very page leaves the dialog in its way. */
  leave(event: Event): void {
    this.requestUpdate();
    if (!isElsewhere(event as MouseEvent) && this.target !== '_blank') this.close();
  }

  protected override render(): TemplateResult {
    return html`<div class="frame" lang=${this.language.isForeign ? 'en' : nothing}>${this.isModal ? this.renderModal() : this.renderSearch()}</div>`;
  }

  private renderModal(): TemplateResult {
    return html`
      ${triggerView(this.wording, this.shortcut === 'off' ? '' : keyHint(), this.onTrigger)}
      <dialog
        part="dialog"
        aria-label=${this.wording.say('label')}
        @close=${this.modal.onClose}
        @keydown=${this.modal.onKey}
        @pointerdown=${this.modal.onPointerDown}
        @click=${this.modal.onClick}
      ><div class="modal" part="panel">${this.renderSearch()}</div></dialog>
    `;
  }

  private renderSearch(): TemplateResult {
    const { model, session, wording } = this;
    const { text, result } = model;
    return html`
      ${boxView({
        text,
        placeholder: this.placeholder ?? wording.say('placeholder'),
        shortcut: this.shortcut === 'off' ? '' : '/',
        isLoading: session.isOpening || session.isFilling,
        progress: session.progress,
        isBusy: model.isBusy,
        wording,
        onInput: this.onInput,
        onFocus: () => this.prepare(),
        onKey: this.keyboard.onBoxKey,
        onClear: this.onClear,
        onClose: this.isModal ? () => this.close() : undefined,
      })}
      <div class="scroll" @keydown=${this.keyboard.onStopKey}>
        <h2 class="hidden">${wording.say('label')}</h2>
        ${suggestionsView(this.memory.suggestions, this.memory.onRecent, wording)}
        <div class="foot" part="foot" ?data-quiet=${!result && !session.isOpening}>
          <p class="note" part="note" ?data-loading=${session.isOpening}
            >${this.note}${result ? spellingView(result, this.searchAsSpelt, wording) : nothing}</p
          >
          ${result ? engineView(result, this.engine, wording) : nothing}
        </div>
        ${text.trim() ? nothing : this.renderStart()}
        ${this.renderWords()}
        ${this.renderRefine()}
        ${model.error ? errorView(model.error, this.retry, wording) : nothing}
        ${this.renderResults()}
        <slot name="footer"></slot>
      </div>
      <p class="hidden" role="status">${this.live.text}</p>
    `;
  }

  private get note(): string {
    const { model, session, wording } = this;
    if (session.isOpening) return wording.loading(session.progress, this.query.trim() !== '');
    const { result, error, groups } = model;
    if (!result) return '';
    if (result.stage === 'instant') return wording.instant(session.progress, error !== undefined);
    // In its place, so that no hit moves, stands what was searched for.
    if (spelt(result) !== result.query) return '';
    const sites = this.engine?.sites;
    const pageCount = sites?.reduce((sum, site) => sum + site.pageCount, 0);
    return wording.best(groups.length, result.passageCount, pageCount);
  }

  private renderStart(): TemplateResult {
    return html`${startView(this.memory, this.target, this.wording)}<slot name="empty"></slot>`;
  }

  private renderWords(): unknown {
    const { model, wording } = this;
    const { result } = model;
    if (!result) return nothing;
    const withoutQuotes = () => this.ask(withoutQuotationMarks(this.query));
    return [chipsView(this.words, this.keyboard.onChipKey, wording), phrasesView(result, withoutQuotes, wording)];
  }

  private renderRefine(): unknown {
    const { model, engine, wording } = this;
    if (!engine || !this.query.trim()) return nothing;
    const names = this.filters?.split(',').map((name) => name.trim());
    const all = this.filters === 'off' ? {} : (engine.filters ?? {});
    return refineView({
      groups: filterGroups(all, model.result?.facets, model.filter, names),
      choice: model.askable(engine),
      sorts: engine.sorts ?? [],
      sort: model.sort,
      isOpen: this.areFiltersOpen,
      wording,
      onDisclose: () => {
        this.areFiltersOpen = !this.areFiltersOpen;
        this.requestUpdate();
      },
      onToggle: (name, value) => {
        this.filter = toggled(model.filter, name, value);
      },
      onClear: this.clearFilters,
      onSort: (sort) => {
        this.sort = sort;
      },
    });
  }

  private readonly searchAsSpelt = (): void => {
    this.live.expectNews();
    this.model.searchAsSpelt();
    // The button that had focus goes away.
    this.focus();
  };

  private readonly clearFilters = (): void => {
    this.filter = {};
  };

  private renderResults(): TemplateResult {
    const { model, wording } = this;
    const { result, groups } = model;
    return html`<div
      class="results"
      part="results"
      data-stage=${result?.stage ?? nothing}
      ?data-stale=${model.isStale}
      role="region"
      aria-label=${wording.say('results')}
      aria-busy=${model.isBusy && !model.isSettled}
    >
      ${groups.length > 0 ? this.renderHits() : nothing}
      ${model.canExtend ? moreView(model.isExtending, () => model.extend(), wording) : nothing}
      ${result && groups.length === 0 ? nothingView(result, ticked(model.askable(this.engine)).length > 0 ? this.clearFilters : undefined, wording) : nothing}
    </div>`;
  }

  /** Drawn again only when something in it differs: a keystroke changes the box, not hundreds of marks. */
  private renderHits(): unknown {
    const context = this.hitsContext;
    const { siteRoot, shown, target, custom, wording, lang } = context;
    const favourites = context.favourites && this.memory.favourites;
    const parts = [this.model.groups, siteRoot, shown, target, this.highlight, custom, wording, favourites, lang];
    return guard(parts, () => hitsView(this.model.groups, context));
  }

  private get hitsContext(): HitsContext {
    // The one that is drawn: another may have taken its place when a hit of it is chosen, but not yet on the page.
    const result = this.model.result as SearchResult;
    return {
      siteRoot: this.siteRoot,
      shown: this.words.shown,
      target: this.target,
      address: this.addressOf,
      onSelect: (event, hit, shown = hit) => this.onSelect(event, hit, shown, result),
      favourites: this.favourites === 'off' ? undefined : this.memory,
      custom: this.customHits.view({ siteRoot: this.siteRoot, address: this.addressOf }),
      wording: this.wording,
      lang: this.language.isForeign ? this.language.tag : undefined,
    };
  }
}

/** A box would leave line breaks out, and join the words on both sides. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}

if (!customElements.get('latelight-search')) {
  customElements.define('latelight-search', LatelightSearch satisfies LatelightSearchConstructor);
}

declare global {
  interface HTMLElementTagNameMap {
    'latelight-search': LatelightSearch;
  }
}
