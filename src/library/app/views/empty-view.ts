// A library without documents: what can be dropped, and that it stays here.

import { html, type TemplateResult } from 'lit';
import type { LibraryState } from '../../types.ts';
import { words } from '../words.ts';
import { folder, pages } from './icons.ts';
import { downloadView } from './notices.ts';

export interface AddActions {
  pickFiles(): void;
  pickFolder(): void;
  pickArchive(): void;
}

export function emptyView(state: LibraryState, actions: AddActions): TemplateResult {
  return html`<div class="empty">
    <div class="zone">
      <h2>${canDrop() ? words.dropHere : words.addHere}</h2>
      <p>${words.dropKinds}</p>
      <div class="choices">${addButtons(actions)}</div>
      <button type="button" class="plain" @click=${actions.pickArchive}>${words.importLibrary}</button>
    </div>
    ${downloadView(state)}
  </div>`;
}

/** A finger drags nothing from elsewhere onto a page. */
function canDrop(): boolean {
  return matchMedia('(any-pointer: fine)').matches;
}

export function addButtons({ pickFiles, pickFolder }: AddActions): TemplateResult {
  return html`<button type="button" class="pill strong" @click=${pickFiles}>${pages}${words.addFiles}</button>
    <button type="button" class="pill folder" @click=${pickFolder}>${folder}<span>${words.addFolder}</span></button>`;
}
