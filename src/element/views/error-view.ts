// A failure, where the results would be, and the way to try again, where that could help.

import { html, nothing, type TemplateResult } from 'lit';
import type { Wording } from '../messages.ts';

export function errorView(error: unknown, onRetry: () => void, wording: Wording): TemplateResult {
  const { code, message } = error as { code?: string; message?: string };
  const isOffline = code === 'download-failed' && !navigator.onLine;
  return html`<div class="error" part="error">
    <div role="alert">
      <p class="sentence">${wording.error(code)}</p>
      ${isOffline ? html`<p>${wording.say('offline')}</p>` : nothing}
      <p class="detail" dir="auto">${message ?? String(error)}</p>
    </div>
    ${
      code === 'no-webassembly'
        ? nothing
        : html`<button type="button" class="pill retry" part="button" @click=${onRetry}>${wording.say('retry')}</button>`
    }
  </div>`;
}
