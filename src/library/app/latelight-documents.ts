// <latelight-documents>: the list of the library's documents, part of <latelight-library>. Shows a hundred and a hundred more on
// demand; a row is drawn again only when something of it changed.

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { baseStyles } from '../../element/styles/base-styles.ts';
import type { LibraryDocument } from '../types.ts';
import { DocumentOrder, type SortKey } from './document-order.ts';
import { KeptRow } from './kept-row.ts';
import { listStyles } from './styles/list-styles.ts';
import { canRetry, type DocumentActions, rowParts, rowView } from './views/document-row.ts';
import { words } from './words.ts';

const WINDOW = 100;
/** Rows drawn in one frame: enough for a screen, few enough that a key typed meanwhile does not wait. */
const FRAME_ROWS = 20;
const SORTS = Object.entries(words.sorts) as [SortKey, string][];

export class LatelightDocuments extends LitElement {
  static override properties = {
    // The library may change its map in place.
    documents: { attribute: false, hasChanged: () => true },
    actions: { attribute: false },
    openId: { attribute: false },
    filterText: { state: true },
    sort: { state: true },
    limit: { state: true },
    drawn: { state: true },
    selected: { state: true },
  };
  static override styles = [baseStyles, listStyles];

  declare documents: ReadonlyMap<number, LibraryDocument>;
  declare actions: DocumentActions;
  declare openId: number | undefined;
  declare private filterText: string;
  declare private sort: SortKey;
  declare private limit: number;
  /** Of the rows up to `limit`, those that are drawn yet. */
  declare private drawn: number;
  declare private selected: ReadonlySet<number>;
  private readonly order = new DocumentOrder();
  private listed: LibraryDocument[] = [];
  private frame: number | undefined;

  constructor() {
    super();
    this.documents = new Map();
    this.filterText = '';
    this.sort = 'added';
    this.limit = WINDOW;
    this.drawn = FRAME_ROWS;
    this.selected = new Set();
    new KeptRow(this);
  }

  /** Focus for what had none left. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('filterText') || changed.has('sort')) {
      this.limit = WINDOW;
      this.drawn = FRAME_ROWS;
    }
    const kept = [...this.selected].filter((id) => this.documents.has(id));
    if (kept.length < this.selected.size) this.selected = new Set(kept);
    this.listed = this.order.list(this.documents, this.sort, this.filterText);
  }

  protected override updated(): void {
    if (this.frame !== undefined || this.drawn >= Math.min(this.limit, this.listed.length)) return;
    this.frame = requestAnimationFrame(() => {
      // After what is drawn now: in this frame they would be part of the same task.
      setTimeout(() => {
        this.frame = undefined;
        this.drawn += FRAME_ROWS;
      });
    });
  }

  private readonly onSelect = (id: number, isSelected: boolean): void => {
    const selected = new Set(this.selected);
    if (isSelected) selected.add(id);
    else selected.delete(id);
    this.selected = selected;
  };

  private readonly clearSelection = (): void => {
    this.selected = new Set();
    this.focus();
  };

  private readonly showMore = async (): Promise<void> => {
    const next = this.limit;
    this.limit += WINDOW;
    this.drawn = next + FRAME_ROWS;
    await this.updateComplete;
    this.renderRoot.querySelectorAll<HTMLElement>('.title')[next]?.focus();
  };

  protected override render(): TemplateResult {
    const { documents, listed, limit, drawn } = this;
    const rest = Math.min(WINDOW, listed.length - limit);
    return html`
      <section aria-labelledby="heading">
        <div class="head">
          <h2 id="heading" tabindex="-1">${words.documents}</h2>
          <p class="count">${words.shownOf(listed.length, documents.size)}</p>
        </div>
        ${this.selected.size > 0 ? this.renderSelection() : this.renderTools()}
        <p role="status" class=${listed.length === 0 ? 'none' : 'hidden'}>${this.filterNews}</p>
        <ul class="rows" role="list">
          ${repeat(
            listed.slice(0, Math.min(limit, drawn)),
            ({ id }) => id,
            (document) => this.renderRow(document),
          )}
        </ul>
        ${rest > 0 ? html`<button type="button" class="pill more" @click=${this.showMore}>${words.more(rest)}</button>` : nothing}
      </section>
    `;
  }

  /** What filtering has left, for those who do not see the list grow shorter. */
  private get filterNews(): string {
    if (this.listed.length === 0) return words.nothingMatches;
    return this.filterText.trim() ? words.matching(this.listed.length) : '';
  }

  private renderRow(document: LibraryDocument): TemplateResult {
    const isSelected = this.selected.has(document.id);
    const isOpen = this.openId === document.id;
    const context = { actions: this.actions, isSelected, isOpen, onSelect: this.onSelect };
    return html`<li class="row" data-id=${document.id} ?data-selected=${isSelected} ?data-open=${isOpen}>
      ${guard(rowParts(document, isSelected, isOpen), () => rowView(document, context))}
    </li>`;
  }

  private renderTools(): TemplateResult {
    const failed: number[] = [];
    for (const document of this.documents.values()) if (canRetry(document)) failed.push(document.id);
    return html`<div class="tools">
      <input
        type="search"
        class="filter"
        dir=${this.filterText ? 'auto' : nothing}
        aria-label=${words.filterLabel}
        placeholder=${words.filterPlaceholder}
        autocomplete="off"
        spellcheck="false"
        .value=${this.filterText}
        @input=${(event: Event) => {
          this.filterText = (event.target as HTMLInputElement).value;
        }}
      />
      <div class="pull">
        <select
          aria-label=${words.sortLabel}
          @change=${(event: Event) => {
            this.sort = (event.target as HTMLSelectElement).value as SortKey;
          }}
        >
          ${SORTS.map(([key, text]) => html`<option value=${key} .selected=${key === this.sort}>${text}</option>`)}
        </select>
      </div>
      ${
        failed.length > 1
          ? html`<button type="button" class="pill" @click=${() => this.actions.retry(failed)}>${words.retryAll(failed.length)}</button>`
          : nothing
      }
    </div>`;
  }

  private renderSelection(): TemplateResult {
    const { selected, listed } = this;
    return html`<div class="tools" role="group" aria-label=${words.selected(selected.size)}>
      <strong>${words.selected(selected.size)}</strong>
      <button type="button" class="pill" @click=${() => this.actions.remove([...selected])}>${words.removeSelected}</button>
      ${
        listed.some(({ id }) => !selected.has(id))
          ? html`<button
              type="button"
              class="plain"
              @click=${() => {
                this.selected = new Set([...selected, ...listed.map(({ id }) => id)]);
              }}
            >
              ${words.selectAll(listed.length)}
            </button>`
          : nothing
      }
      <button type="button" class="plain" @click=${this.clearSelection}>${words.clearSelection}</button>
    </div>`;
  }
}

customElements.define('latelight-documents', LatelightDocuments);

declare global {
  interface HTMLElementTagNameMap {
    'latelight-documents': LatelightDocuments;
  }
}
