// How far indexing is, always in view along the lower edge.

import { html, type TemplateResult } from 'lit';
import type { IndexingProgress, LibraryState } from '../../types.ts';
import { words } from '../words.ts';

export interface IndexingActions {
  pause(): void;
  resume(): void;
  cancelRest(): void;
}

export function indexingBar(state: LibraryState, progress: IndexingProgress, actions: IndexingActions): TemplateResult {
  const { isPaused } = state;
  return html`<section class="indexing" aria-label=${words.indexing}>
    <progress
      aria-label=${words.progressLabel}
      max=${Math.max(1, progress.passagesTotal)}
      .value=${progress.passagesDone}
    ></progress>
    <div class="within">
      <p><strong>${isPaused ? words.paused : words.indexing}</strong> ${words.indexed(progress)}</p>
      <p class="muted">${words.rate(progress, isPaused)}</p>
      <div class="acts">
        <button type="button" class="pill" @click=${isPaused ? actions.resume : actions.pause}>
          ${isPaused ? words.resume : words.pause}
        </button>
        <button type="button" class="plain" @click=${actions.cancelRest}>${words.cancelRest}</button>
      </div>
    </div>
  </section>`;
}
