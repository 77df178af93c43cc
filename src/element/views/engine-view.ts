// How a search was made: which processor, how long each part took, what was left out.

import { html, nothing, type TemplateResult } from 'lit';
import type { SearchEngine, SearchResult } from '../../types.ts';
import { milliseconds, type Wording } from '../messages.ts';

export function engineView(result: SearchResult, engine: SearchEngine | undefined, wording: Wording): TemplateResult {
  const { backend, encoder, passageCount, timings } = result;
  const scoring = { count: passageCount, processor: wording.processor(backend) };
  const rows: [string, number][] = [
    [wording.say('reading', { processor: wording.processor(encoder) }), timings.encodeMs],
    [wording.say('scoring', scoring, passageCount), timings.scoreMs],
    [wording.say('fetching'), timings.fetchMs],
    [wording.say('aligning'), timings.alignMs],
    [wording.say('inAll'), timings.totalMs],
  ];
  if (timings.exactMs > 0) rows.splice(-1, 0, [wording.say('lookingUp'), timings.exactMs]);
  const missing = (engine?.sites ?? []).filter(({ error }) => error).length;
  return html`<details class="engine" part="engine" @keydown=${closeOnEscape} @focusout=${closeOnLeave}>
    <summary><span class="hidden">${wording.say('engine')}: </span>${wording.engineSummary(result)}</summary>
    <div class="panel" part="engine-panel" tabindex="-1">
      <dl>
        ${rows.map(([name, ms]) => html`<div><dt>${name}</dt><dd>${milliseconds(ms)}</dd></div>`)}
      </dl>
      ${missing > 0 ? html`<p>${wording.say('sitesMissing', { count: missing }, missing)}</p>` : nothing}
      ${engine?.notice ? html`<p>${engine.notice}</p>` : nothing}
    </div>
  </details>`;
}

function closeOnEscape(event: KeyboardEvent): void {
  const details = event.currentTarget as HTMLDetailsElement;
  if (event.key !== 'Escape' || !details.open) return;
  event.preventDefault();
  details.open = false;
  details.querySelector('summary')?.focus();
}

function closeOnLeave(event: FocusEvent): void {
  const details = event.currentTarget as HTMLDetailsElement;
  // Not at once: Chromium crashes when <details> closes while a press on what is in it takes the focus.
  setTimeout(() => {
    if (!details.contains((details.getRootNode() as ShadowRoot).activeElement)) details.open = false;
  });
}
