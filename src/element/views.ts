// Templates of the parts below the box. Text from an index enters through text and attribute bindings alone, never as HTML.

import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Hit, QueryWord, SearchResult } from '../types.ts';
import { segmentExcerpt } from './excerpt.ts';
import { hitAddress } from './links.ts';
import {
  chipMatches,
  count,
  engineSummary,
  errorSentence,
  MESSAGES,
  milliseconds,
  OFFLINE_HINT,
  processor,
} from './messages.ts';

/** A query word worth a chip: its index in the result's words, and how often it is marked. */
export interface Chip {
  word: number;
  text: string;
  markCount: number;
}

/** Words with a letter or digit; punctuation is left out. */
export function chipsOf({ words, hits }: SearchResult): Chip[] {
  const marks = hits.flatMap((hit) => hit.marks);
  return words
    .map(({ text }: QueryWord, word) => ({
      word,
      text,
      markCount: marks.filter(({ queryWord }) => queryWord === word).length,
    }))
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
}

export interface ChipHandlers {
  onKey: (event: KeyboardEvent) => void;
  /** A chip is looked at (hover, keyboard focus), or none is. */
  onPoint: (word: number | undefined) => void;
  onToggle: (word: number) => void;
}

/** @param tabStop word of the chip that Tab reaches */
export function chipsView(
  chips: Chip[],
  shown: number | undefined,
  pinned: number | undefined,
  tabStop: number | undefined,
  handlers: ChipHandlers,
): TemplateResult | typeof nothing {
  if (chips.length === 0) return nothing;
  const { onKey, onPoint, onToggle } = handlers;
  const leave = () => onPoint(undefined);
  return html`<div class="chips" role="toolbar" aria-label=${MESSAGES.why} @keydown=${onKey} @pointerleave=${leave}>
    ${chips.map(
      ({ word, text, markCount }) => html`<button
        type="button"
        class="chip"
        tabindex=${word === tabStop ? 0 : -1}
        aria-pressed=${word === pinned}
        ?data-shown=${word === shown}
        ?data-unmatched=${markCount === 0}
        @pointerenter=${(event: PointerEvent) => event.pointerType !== 'touch' && onPoint(word)}
        @focus=${(event: Event) => (event.target as Element).matches(':focus-visible') && onPoint(word)}
        @blur=${leave}
        @click=${() => onToggle(word)}
      ><span dir="auto">${text}</span><span class="hidden">${chipMatches(markCount)}</span></button>`,
    )}
  </div>`;
}

/** @param shown query word whose marks stand out, or nothing for all */
export function hitsView(
  result: SearchResult,
  siteRoot: string,
  shown: number | undefined,
  onSelect: (event: Event, hit: Hit, index: number) => void,
): TemplateResult {
  return html`<ol role="list" ?data-dimmed=${shown !== undefined}>
    ${repeat(
      result.hits,
      ({ id }) => id,
      (hit, index) => {
        const select = (event: Event) => onSelect(event, hit, index);
        return html`<li>
        <h3>
          <a href=${hitAddress(hit.url, siteRoot) ?? nothing} data-hit=${hit.id} dir="auto" @click=${select}
            ><span class="title">${hit.title || hit.url}</span>${hit.headings.length > 0 ? pathView(hit.headings) : nothing}</a
          >
        </h3>
        <p class="excerpt" dir="auto">${excerptView(hit, shown)}</p>
      </li>`;
      },
    )}
  </ol>`;
}

function pathView(headings: string[]): TemplateResult {
  return html`<span class="path"
    >${headings.map((heading) => html`<span class="step"><span aria-hidden="true">›</span> ${heading} </span>`)}</span
  >`;
}

function excerptView({ excerpt, marks }: Hit, shown: number | undefined): (string | TemplateResult)[] {
  return segmentExcerpt(excerpt, marks).map(({ text, mark }) => {
    if (!mark) return text;
    const isDim = shown !== undefined && mark.queryWord !== shown;
    return html`<mark data-level=${mark.level} ?data-dim=${isDim}>${text}</mark>`;
  });
}

/** @param notice why WebGPU is not in use, if there is something to say */
export function engineView(result: SearchResult, notice: string): TemplateResult {
  const { backend, encoder, passageCount, timings } = result;
  const rows = [
    [`Reading the query (${processor(encoder)})`, milliseconds(timings.encodeMs)],
    [`Scoring ${count(passageCount)} passages (${processor(backend)})`, milliseconds(timings.scoreMs)],
    ['Fetching the text', milliseconds(timings.fetchMs)],
    ['Finding what matched', milliseconds(timings.alignMs)],
    ['In all', milliseconds(timings.totalMs)],
  ];
  return html`<details class="engine" @keydown=${closeOnEscape} @focusout=${closeOnLeave}>
    <summary><span class="hidden">${MESSAGES.engine}: </span>${engineSummary(result)}</summary>
    <div class="panel">
      <dl>
        ${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
      </dl>
      ${notice ? html`<p>${notice}</p>` : nothing}
    </div>
  </details>`;
}

function closeOnEscape(event: KeyboardEvent): void {
  const details = event.currentTarget as HTMLDetailsElement;
  if (event.key !== 'Escape' || !details.open) return;
  event.preventDefault();
  details.open = false;
}

function closeOnLeave(event: FocusEvent): void {
  const details = event.currentTarget as HTMLDetailsElement;
  if (!details.contains(event.relatedTarget as Node | null)) details.open = false;
}

export function errorView(error: unknown, onRetry: () => void): TemplateResult {
  const { code, message } = error as { code?: string; message?: string };
  const isOffline = code === 'download-failed' && !navigator.onLine;
  return html`<div class="error">
    <div role="alert">
      <p class="sentence">${errorSentence(code)}</p>
      ${isOffline ? html`<p>${OFFLINE_HINT}</p>` : nothing}
      <p class="detail">${message ?? String(error)}</p>
    </div>
    <button type="button" class="retry" @click=${onRetry}>${MESSAGES.retry}</button>
  </div>`;
}
