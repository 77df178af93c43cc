// No results: said, with what might help.

import { html, nothing, type TemplateResult } from 'lit';
import type { SearchResult } from '../../types.ts';
import { shortened, type Wording } from '../messages.ts';
import { sentenceView } from './sentence-view.ts';

export function nothingView(
  { query }: SearchResult,
  onClearFilters: (() => void) | undefined,
  wording: Wording,
): TemplateResult {
  return html`<slot name="no-results"
    ><div class="nothing" part="no-results">
      <p class="sentence">${sentenceView('nothing', 'query', shortened(query), wording)}</p>
      <p>${wording.say('tryOther')}</p>
      ${
        onClearFilters
          ? html`<button type="button" class="pill" part="button" @click=${onClearFilters}>
              ${wording.say('filtersClear')}
            </button>`
          : nothing
      }
    </div></slot
  >`;
}
