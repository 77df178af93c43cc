// What was searched for in place of misspelt words, and a way to have them as they are spelt. Of words that were only finished nothing is said.

import { html, nothing, type TemplateResult } from 'lit';
import type { SearchResult } from '../../types.ts';
import { shortened, spelt, type Wording } from '../messages.ts';
import { sentenceView } from './sentence-view.ts';

export function spellingView(
  result: SearchResult,
  onAsSpelt: () => void,
  wording: Wording,
): TemplateResult | typeof nothing {
  const { query } = result;
  const meant = spelt(result);
  if (meant === query) return nothing;
  return html` <span part="spelling"
    >${sentenceView('spelling', 'query', html`<b>${shortened(meant)}</b>`, wording)}
    <button type="button" class="plain" part="button" @click=${onAsSpelt}>
      ${sentenceView('asSpelt', 'query', shortened(query), wording)}
    </button></span
  >`;
}
