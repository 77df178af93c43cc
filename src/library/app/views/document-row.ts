// One document of the list: what it is, how far it is, what can be done with it.

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { formatPlace } from '../../place.ts';
import type { LibraryDocument } from '../../types.ts';
import { words } from '../words.ts';
import { again, bin, lens } from './icons.ts';

export interface DocumentActions {
  open(event: MouseEvent, document: LibraryDocument): void;
  searchOnly(document: LibraryDocument): void;
  remove(ids: number[]): void;
  retry(ids: number[]): void;
}

export interface RowContext {
  actions: DocumentActions;
  isSelected: boolean;
  isOpen: boolean;
  onSelect: (id: number, isSelected: boolean) => void;
}

/** What is refused for itself, empty or too large, is not kept: there is nothing to try again with. */
export function canRetry({ state, hasFile }: LibraryDocument): boolean {
  return state === 'failed' && hasFile;
}

/** Everything a row shows: it is drawn again only when something of it is another. */
export function rowParts(document: LibraryDocument, isSelected: boolean, isOpen: boolean): unknown[] {
  const { title, path, kind, sizeBytes, state, passageCount, doneCount, reason, older, warnings } = document;
  const told = [title, path, kind, sizeBytes, state, passageCount, doneCount, reason, older?.id, warnings.length];
  return [...told, isSelected, isOpen];
}

export function rowView(document: LibraryDocument, context: RowContext): TemplateResult {
  const { id, title, path, kind, sizeBytes, state, passageCount } = document;
  const { actions, isSelected, isOpen } = context;
  // Without its name where that is the title.
  const place = path === title ? '' : path.endsWith(`/${title}`) ? path.slice(0, -title.length - 1) : path;
  const facts = [words.kind(kind), words.size(sizeBytes), passageCount > 0 && words.passages(passageCount)];
  return html`
    <label class="pick">
      <input
        type="checkbox"
        aria-label=${words.select(title)}
        .checked=${live(isSelected)}
        @change=${(event: Event) => context.onSelect(id, (event.target as HTMLInputElement).checked)}
      />
    </label>
    <div class="about">
      <a
        class="title"
        href=${formatPlace({ documentId: id, passage: undefined, words: [] })}
        aria-current=${isOpen ? 'true' : nothing}
        @click=${(event: MouseEvent) => actions.open(event, document)}
        ><bdi>${title}</bdi></a
      >
      <p class="facts">
        ${place ? html`<bdi class="path">${place}</bdi>` : nothing}
        <span>${facts.filter(Boolean).join(' · ')}</span>
      </p>
      ${stateView(document)}
      ${document.warnings.map((warning) => html`<p class="warning">${warning}</p>`)}
    </div>
    <div class="acts">
      ${
        canRetry(document)
          ? html`<button type="button" class="icon" title=${words.retry} aria-label=${words.retryOne(title)} @click=${() => actions.retry([id])}>
              ${again}
            </button>`
          : nothing
      }
      ${
        state === 'done'
          ? html`<button
              type="button"
              class="icon"
              title=${words.onlySearch(title)}
              aria-label=${words.onlySearch(title)}
              @click=${() => actions.searchOnly(document)}
            >
              ${lens}
            </button>`
          : nothing
      }
      <button type="button" class="icon" title=${words.remove(title)} aria-label=${words.remove(title)} @click=${() => actions.remove([id])}>
        ${bin}
      </button>
    </div>
  `;
}

function stateView(document: LibraryDocument): TemplateResult | typeof nothing {
  const { state, title, doneCount, passageCount } = document;
  if (state === 'done') return nothing;
  return html`<p class="state" data-state=${state}>${words.state(document)}</p>
    ${
      state === 'indexing'
        ? html`<progress
            aria-label=${words.progressOf(title)}
            max=${Math.max(1, passageCount)}
            .value=${doneCount}
          ></progress>`
        : nothing
    }`;
}
