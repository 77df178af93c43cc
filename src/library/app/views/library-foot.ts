// Below the documents: how much there is, where it is kept, taking it along, and deleting it.

import { html, nothing, type TemplateResult } from 'lit';
import type { LibraryState, StorageState } from '../../types.ts';
import { words } from '../words.ts';

export interface FootActions {
  persist(): void;
  export(): void;
  pickArchive(): void;
  clear(): void;
}

/** Whether the browser was asked to keep the library, and has not answered yet or said no to the person's own request. */
export type Asked = 'asking' | 'refused' | undefined;

export function libraryFoot(state: LibraryState, asked: Asked, actions: FootActions): TemplateResult {
  const { documents, storage, isPrivateWindow } = state;
  let passages = 0;
  for (const { passageCount } of documents.values()) passages += passageCount;
  return html`<section class="library" aria-labelledby="library-heading">
      <h2 id="library-heading">${words.yourLibrary}</h2>
      <p>${words.totals(documents.size, passages)}</p>
      ${storage ? storageView(storage, isPrivateWindow, asked, actions) : nothing}
      <div class="choices">
        ${
          documents.size > 0
            ? html`<button type="button" class="pill" @click=${actions.export}>${words.exportLibrary}</button>`
            : nothing
        }
        <button type="button" class="pill" @click=${actions.pickArchive}>${words.importLibrary}</button>
      </div>
    </section>`;
}

function storageView(
  storage: StorageState,
  isPrivateWindow: boolean,
  asked: Asked,
  { persist }: FootActions,
): TemplateResult {
  return html`<p>${words.storage(storage)}</p>
    <progress aria-label=${words.storageLabel} max=${Math.max(1, storage.quotaBytes)} .value=${storage.usedBytes}></progress>
    ${
      isPrivateWindow
        ? nothing
        : storage.persisted
          ? html`<p class="muted">${words.persisted}</p>`
          : html`<div class="kept">
            <p class="muted" role="status">${keptText(asked)}</p>
            <button type="button" class="plain" @click=${persist}>${words.persist}</button>
          </div>`
    }`;
}

function keptText(asked: Asked): string {
  if (asked === 'asking') return words.persistAsking;
  return asked === 'refused' ? words.persistRefused : words.notPersisted;
}

export function privacyView(hasDocuments: boolean, clear: () => void): TemplateResult {
  return html`<details class="privacy">
    <summary>${words.privacy}</summary>
    ${words.privacyText(hasDocuments).map((text) => html`<p>${text}</p>`)}
    ${hasDocuments ? html`<button type="button" class="pill" @click=${clear}>${words.clear}</button>` : nothing}
  </details>`;
}
