// The search over the library: which document it is kept to, what its results open, and that documents became searchable since.

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { LatelightSearch } from '../../element/latelight-search.ts';
import '../../element/latelight-search.ts';
import type { Hit } from '../../types.ts';
import { parsePlace } from '../place.ts';
import type { Library, LibraryState, ReaderPlace } from '../types.ts';
import { searchable } from './changes.ts';
import { searchWords, words } from './words.ts';

/** Filter name under which the engine knows each document's path. */
const DOCUMENT_FILTER = 'document';

interface SearchHost extends ReactiveControllerHost, HTMLElement {
  readonly library: Library;
  openPlace(place: ReaderPlace): void;
}

export class LibrarySearch implements ReactiveController {
  /** Path of the only document that is searched. */
  onlyPath: string | undefined;
  /** Documents that could be searched when the hits on show were found. */
  private searchedCount: number | undefined;
  private lastClick: MouseEvent | undefined;
  private readonly host: SearchHost;

  constructor(host: SearchHost) {
    this.host = host;
    host.addController(this);
  }

  hostUpdated(): void {
    // Another tab has emptied the library: the search that comes with the next document is a new one.
    if (!this.element) Object.assign(this, { onlyPath: undefined, searchedCount: undefined });
  }

  private get element(): LatelightSearch | null {
    return this.host.shadowRoot?.querySelector('latelight-search') ?? null;
  }

  /** Puts the cursor into the box. */
  focus(): void {
    this.element?.focus();
  }

  searchOnly(path: string | undefined): void {
    const { element } = this;
    this.onlyPath = path;
    this.host.requestUpdate();
    if (!element) return;
    const { [DOCUMENT_FILTER]: _, ...others } = element.filter;
    element.filter = path === undefined ? others : { ...others, [DOCUMENT_FILTER]: [path] };
    element.show();
  }

  private readonly onResults = (): void => {
    this.onlyPath = this.element?.filter[DOCUMENT_FILTER]?.[0];
    this.searchedCount = searchable(this.host.library.state);
    this.host.requestUpdate();
  };

  /** The click that leads to `latelight-select`, which does not say which keys were held. */
  private readonly onClick = (event: MouseEvent): void => {
    this.lastClick = event;
  };

  private readonly onSelect = (event: CustomEvent<{ hit: Hit }>): void => {
    const place = parsePlace(new URL(event.detail.hit.url, location.href).hash);
    if (!place || (this.lastClick && isForBrowser(this.lastClick))) return;
    event.preventDefault();
    this.host.openPlace(place);
  };

  view(state: LibraryState): TemplateResult {
    const { engine } = this.host.library;
    const finished = this.searchedCount === undefined ? 0 : searchable(state) - this.searchedCount;
    // A list of every document is no filter: the document to search in is chosen in the list below.
    const filters = Object.keys(engine.filters ?? {}).filter((name) => name !== DOCUMENT_FILTER);
    // Guarded, because Lit sets objects with every render, and an engine that is set searches again.
    return html`
      ${
        this.onlyPath === undefined
          ? nothing
          : html`<div class="scope">
              <p>${words.onlyIn} <strong><bdi>${this.onlyPath}</bdi></strong></p>
              <button type="button" class="plain" @click=${() => this.searchOnly(undefined)}>${words.searchAll}</button>
            </div>`
      }
      <latelight-search
        eager
        per-page="3"
        favourites="off"
        placeholder=${words.searchPlaceholder}
        filters=${filters.join(',') || 'off'}
        .engine=${guard([engine], () => engine)}
        .translations=${searchWords}
        @click=${{ handleEvent: this.onClick, capture: true }}
        @latelight-select=${this.onSelect}
        @latelight-results=${this.onResults}
        >${
          // Without filters: the way to take those off is in what the slot would replace.
          state.progress && Object.keys(this.element?.filter ?? {}).length === 0
            ? html`<div slot="no-results" class="scope">
                <p><strong>${words.nothingSoFar}</strong> <span class="muted">${words.stillIndexing}</span></p>
              </div>`
            : nothing
        }</latelight-search>
      ${
        finished > 0 && this.element?.query.trim()
          ? html`<div class="scope">
              <p class="muted">${words.newSince(finished)}</p>
              <button type="button" class="plain" @click=${() => this.element?.searchNow()}>${words.searchAgain}</button>
            </div>`
          : nothing
      }
    `;
  }
}

/** A click that shall open a tab, a window, or nothing. */
export function isForBrowser({ ctrlKey, metaKey, shiftKey, button }: MouseEvent): boolean {
  return ctrlKey || metaKey || shiftKey || button !== 0;
}
