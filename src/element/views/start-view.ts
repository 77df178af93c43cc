// What an empty box offers: favourite pages and recent searches; and, while someone types, recent searches that go on from it.

import { html, nothing, type TemplateResult } from 'lit';
import type { Wording } from '../messages.ts';
import type { Favourite } from '../visitor-lists.ts';
import type { VisitorMemory } from '../visitor-memory.ts';
import { clock, cross, star } from './icons.ts';

/** @param target where links open */
export function startView(memory: VisitorMemory, target: string, wording: Wording): TemplateResult | typeof nothing {
  const { recents, favourites } = memory;
  if (recents.length + favourites.length === 0) return nothing;
  return html`<div class="start" part="start">
    ${favourites.length > 0 ? favouritesView(favourites, memory, target, wording) : nothing}
    ${
      recents.length > 0
        ? html`<section aria-labelledby="recents-title">
            <header>
              <h3 id="recents-title" class="caption">${wording.say('recents')}</h3>
              <button
                type="button"
                class="icon"
                part="button"
                aria-label=${wording.say('clearRecents')}
                @click=${memory.onClearRecents}
              >
                ${cross}
              </button>
            </header>
            ${recentsList(recents, memory.onRecent)}
          </section>`
        : nothing
    }
  </div>`;
}

/** Recent searches that begin with what is typed. */
export function suggestionsView(
  suggestions: string[],
  onRecent: (query: string) => void,
  wording: Wording,
): TemplateResult | typeof nothing {
  if (suggestions.length === 0) return nothing;
  return html`<section class="suggestions" part="suggestions" aria-label=${wording.say('recents')}>
    ${recentsList(suggestions, onRecent)}
  </section>`;
}

function recentsList(recents: string[], onRecent: (query: string) => void): TemplateResult {
  return html`<ul role="list">
    ${recents.map(
      (recent) => html`<li>
        <button type="button" class="row" part="recent" data-row @click=${() => onRecent(recent)}>
          ${clock}
          <span dir="auto">${recent}</span>
        </button>
      </li>`,
    )}
  </ul>`;
}

function favouritesView(
  favourites: Favourite[],
  memory: VisitorMemory,
  target: string,
  wording: Wording,
): TemplateResult {
  return html`<section class="favourites" aria-labelledby="favourites-title">
    <header><h3 id="favourites-title" class="caption">${wording.say('favourites')}</h3></header>
    <ul role="list">
      ${favourites.map(
        (favourite) => html`<li>
          <a
            class="row"
            part="favourite-link"
            data-row
            href=${favourite.url}
            target=${target || nothing}
            data-sveltekit-reload data-turbo="false" data-astro-reload
            @click=${memory.onFavourite}
          >
            ${star}
            <span dir="auto">${favourite.title}</span>
          </a>
          <button
            type="button"
            class="icon"
            part="button"
            aria-label=${wording.say('remove', { title: favourite.title })}
            @click=${() => memory.onRemoveFavourite(favourite)}
          >
            ${cross}
          </button>
        </li>`,
      )}
    </ul>
  </section>`;
}
