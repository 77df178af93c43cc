// The words of the query, each a button that shows what it matched, and what was looked up letter by letter. A toolbar with one
// tab stop (APG "toolbar").

import { html, nothing, type TemplateResult } from 'lit';
import { MAX_QUERY_TOKENS } from '../../format/layout.ts';
import type { ExactTerm, QueryWord, SearchResult } from '../../types.ts';
import { shortened, type Wording } from '../messages.ts';
import type { WordChips } from '../word-chips.ts';
import { sentenceView } from './sentence-view.ts';

/** A query word worth a chip: its index in the result's words, and how often it is marked. */
export interface Chip {
  word: number;
  text: string;
  markCount: number;
  /** Whether it was also looked up letter by letter. */
  exact: ExactTerm | undefined;
}

/** Words with a letter or digit that were searched for: not punctuation, nor what a long query has beyond its last token. */
export function chipsOf({ words, hits, exact = [], queryCodes }: SearchResult): Chip[] {
  const marks = hits.flatMap((hit) => hit.marks);
  // Each word takes a token at least, so none beyond as many words was encoded. A query without a known word has no rows at all.
  const mostEncoded = queryCodes?.tokenCount || MAX_QUERY_TOKENS;
  return words
    .map(({ text }: QueryWord, word) => ({
      word,
      text,
      markCount: marks.filter(({ queryWord }) => queryWord === word).length,
      exact: exact.find((term) => !term.quoted && term.text.toLowerCase() === text.toLowerCase()),
    }))
    .filter(({ word, text, markCount }) => (word < mostEncoded || markCount > 0) && /[\p{L}\p{N}]/u.test(text));
}

export function chipsView(
  { list, shown, pinned, onPoint, onToggle }: WordChips,
  onKey: (event: KeyboardEvent) => void,
  wording: Wording,
): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  const leave = () => onPoint(undefined);
  const tabStop = list.some(({ word }) => word === shown) ? shown : list[0].word;
  return html`<div
    class="chips"
    part="words"
    role="toolbar"
    aria-label=${wording.say('why')}
    @keydown=${onKey}
    @pointerleave=${leave}
  >
    ${list.map(
      ({ word, text, markCount, exact }) => html`<button
        type="button"
        class="chip"
        part="word"
        tabindex=${word === tabStop ? 0 : -1}
        aria-pressed=${word === pinned}
        ?data-shown=${word === shown}
        ?data-unmatched=${markCount === 0}
        ?data-exact=${exact?.found}
        @pointerenter=${(event: PointerEvent) => event.pointerType !== 'touch' && onPoint(word)}
        @focus=${(event: Event) => (event.target as Element).matches(':focus-visible') && onPoint(word)}
        @blur=${leave}
        @click=${() => onToggle(word)}
      ><span dir="auto">${text}</span><span class="hidden">, ${marked(markCount, exact, wording)}</span></button>`,
    )}
  </div>`;
}

/** Spoken after a chip's word, whose effect is otherwise only visible. */
function marked(markCount: number, exact: ExactTerm | undefined, wording: Wording): string {
  const count = markCount === 0 ? wording.say('markedNone') : wording.say('marked', { count: markCount }, markCount);
  return exact?.found ? `${count}, ${wording.say('exact')}` : count;
}

/** Said of so many phrases that no page has. */
const MOST_MISSING = 3;

/** Phrases in quotation marks; when no passage has all of them, that the hits do without, and when nothing was found a way out. */
export function phrasesView(
  { exact = [], hits, phrasesMissed }: SearchResult,
  onWithoutQuotes: () => void,
  wording: Wording,
): TemplateResult | typeof nothing {
  const quoted = exact.filter((term) => term.quoted);
  if (quoted.length === 0) return nothing;
  const found = quoted.filter((term) => term.found);
  const missing = quoted.filter((term) => !term.found);
  return html`<div class="phrases" part="phrases">
    ${found.map(
      ({ text }) => html`<span class="phrase" part="phrase"
        >“<bdi>${text}</bdi>”<span class="hidden">, ${wording.say('exact')}</span></span
      >`,
    )}
    ${missing
      .slice(0, MOST_MISSING)
      .map(({ text }) => html`<p class="missing">${sentenceView('noPhrase', 'phrase', shortened(text), wording)}</p>`)}
    ${phrasesMissed && missing.length === 0 ? html`<p class="missing">${wording.say('phrasesApart')}</p>` : nothing}
    ${
      hits.length === 0
        ? html`<button type="button" class="pill" part="button" @click=${onWithoutQuotes}>
            ${wording.say('withoutQuotes')}
          </button>`
        : phrasesMissed
          ? html`<p class="missing">${wording.say('unquoted')}</p>`
          : nothing
    }
  </div>`;
}
