// Lines above the search that tell of something: an update, a problem, another tab, work that was asked for and its report.

import { html, nothing, type TemplateResult } from 'lit';
import type { LibraryState } from '../../types.ts';
import type { Job, Report } from '../jobs.ts';
import { words } from '../words.ts';
import { cross } from './icons.ts';

export interface NoticesContext {
  state: LibraryState;
  updates: { waiting: boolean; apply(): void } | undefined;
  job: Job | undefined;
  report: Report | undefined;
  onDismiss: () => void;
  onResume: () => void;
}

export function noticesView({ state, updates, job, report, onDismiss, onResume }: NoticesContext): TemplateResult {
  return html`<div class="notices">
    ${
      // Taken, it would cut off what runs.
      updates?.waiting && !job
        ? html`<div class="notice"><p>${words.update}</p>
            <button type="button" class="pill" @click=${() => updates.apply()}>${words.reload}</button></div>`
        : nothing
    }
    ${state.isPrivateWindow ? html`<div class="notice"><p>${words.privateWindow}</p></div>` : nothing}
    ${
      state.problem
        ? html`<div class="notice" data-grave><p>${state.problem.message}</p>
            ${state.progress ? nothing : resumeButton(onResume)}</div>`
        : nothing
    }
    ${state.isIndexedElsewhere && state.progress && !state.problem ? html`<div class="notice"><p>${words.otherTab}</p></div>` : nothing}
    ${job ? jobView(job) : nothing}
    ${
      report && !job
        ? html`<div class="notice" ?data-grave=${report.isFailure}><p>${report.text}</p>
            <button type="button" class="icon" aria-label=${words.dismiss} @click=${onDismiss}>${cross}</button></div>`
        : nothing
    }
  </div>`;
}

/** Where nothing is left to index, and no bar that has one. */
function resumeButton(onResume: () => void): TemplateResult {
  return html`<button type="button" class="pill" @click=${onResume}>${words.resume}</button>`;
}

function jobView({ text, share }: Job): TemplateResult {
  return html`<div class="notice"><p>${text}</p>
    <progress aria-label=${text} max="1" .value=${share ?? 0} ?data-unknown=${share === undefined}></progress></div>`;
}

/** The model on its way, once in the life of a library: what comes from the browser's cache is here in a moment. */
export function downloadView({ loading }: LibraryState): TemplateResult | typeof nothing {
  if (!loading || loading.fromCache || loading.loadedBytes >= loading.totalBytes) return nothing;
  return html`<div class="download">
    <p>${words.download(loading.loadedBytes, loading.totalBytes)}</p>
    <progress aria-label=${words.downloadLabel} max=${loading.totalBytes} .value=${loading.loadedBytes}></progress>
    <p class="muted">${words.downloadAfter}</p>
  </div>`;
}
