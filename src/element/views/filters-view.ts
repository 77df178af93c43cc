// Filters and order: a disclosure of checkboxes with counts, what is ticked as chips that take it away, a list to sort by. Nothing
// of an index that has neither.

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { type FilterChoice, type FilterGroup, ticked } from '../filter-choice.ts';
import type { Wording } from '../messages.ts';
import { parseSort, writeSort } from '../sort-choice.ts';
import { cross, sliders } from './icons.ts';

export interface RefineContext {
  groups: FilterGroup[];
  choice: FilterChoice;
  sorts: readonly string[];
  /** `date:desc`, `date`, or empty. */
  sort: string;
  isOpen: boolean;
  wording: Wording;
  onDisclose: () => void;
  onToggle: (name: string, value: string) => void;
  onClear: () => void;
  onSort: (sort: string) => void;
}

export function refineView(context: RefineContext): TemplateResult | typeof nothing {
  const { groups, choice, sorts, isOpen, wording, onDisclose } = context;
  if (groups.length === 0 && sorts.length === 0) return nothing;
  const count = ticked(choice).length;
  return html`<div class="refine" part="refine">
    <div class="bar">
      ${
        groups.length > 0
          ? html`<button
              type="button"
              class="pill"
              part="button filters-button"
              aria-expanded=${isOpen}
              aria-controls="filters"
              @click=${onDisclose}
            >
              ${sliders}${wording.say('filters')}${count > 0 ? html` <span class="badge">${wording.count(count)}</span>` : nothing}
            </button>`
          : nothing
      }
      ${sorts.length > 0 ? sortView(context) : nothing}
    </div>
    ${count > 0 ? tickedView(context) : nothing}
    <div id="filters" class="filters" part="filters" ?hidden=${!isOpen}>
      ${isOpen ? groups.map((group) => fieldsetView(group, context)) : nothing}
    </div>
  </div>`;
}

function fieldsetView({ name, values }: FilterGroup, { wording, onToggle }: RefineContext): TemplateResult {
  return html`<fieldset part="filter">
    <legend class="caption" part="filter-name" dir="auto">${name}</legend>
    <div class="values">
      ${values.map(
        ({ value, pageCount, isOn }) => html`<label class="value" part="filter-value" ?data-none=${pageCount === 0}>
          <input type="checkbox" .checked=${live(isOn)} @change=${() => onToggle(name, value)} />
          <bdi>${value}</bdi>
          <span class="number" aria-hidden="true">${wording.count(pageCount)}</span>
          <span class="hidden">${wording.say('filterCount', { count: pageCount }, pageCount)}</span>
        </label>`,
      )}
    </div>
  </fieldset>`;
}

function tickedView({ choice, wording, onToggle, onClear }: RefineContext): TemplateResult {
  return html`<ul class="ticked" part="filters-on" role="list" aria-label=${wording.say('filtersOn')}>
    ${ticked(choice).map(
      ({ name, value }) => html`<li>
        <button
          type="button"
          class="pill"
          part="button filter-on"
          aria-label=${wording.say('filterOff', { value })}
          @click=${() => onToggle(name, value)}
        >
          <bdi>${value}</bdi>${cross}
        </button>
      </li>`,
    )}
    <li><button type="button" class="plain" part="button" @click=${onClear}>${wording.say('filtersClear')}</button></li>
  </ul>`;
}

function sortView({ sorts, sort, wording, onSort }: RefineContext): TemplateResult {
  const options = sorts.flatMap((by) => [
    { value: writeSort({ by, order: 'desc' }), text: wording.say('descending', { name: by }) },
    { value: writeSort({ by, order: 'asc' }), text: wording.say('ascending', { name: by }) },
  ]);
  // As it is asked for: without a direction it has one, and a name that there is not is none.
  const asked = parseSort(sort, sorts);
  const chosen = asked ? writeSort(asked) : '';
  return html`<label class="sort" part="sort">
    <span>${wording.say('sort')}</span>
    <select part="sort-list" @change=${(event: Event) => onSort((event.target as HTMLSelectElement).value)}>
      <option value="" .selected=${chosen === ''}>${wording.say('relevance')}</option>
      ${options.map(({ value, text }) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`)}
    </select>
  </label>`;
}
