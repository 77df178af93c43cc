// The button below the results that brings more of them.

import { html, type TemplateResult } from 'lit';
import type { Wording } from '../messages.ts';

/** @param isUnderWay whether more are on their way: kept-focus.ts then waits for them */
export function moreView(isUnderWay: boolean, onMore: () => void, wording: Wording): TemplateResult {
  return html`<button type="button" class="pill more" part="button more" aria-disabled=${isUnderWay} @click=${onMore}>
    ${wording.say('more')}
  </button>`;
}
