// The results: pages, each with its best passage and further ones below. Text from an index enters through text and attribute
// bindings alone, never as HTML.
//
// Links say to SvelteKit, Turbo and Astro that the browser shall follow them: their routers look into shadow roots, and for an element whose
// id is all that stands behind the `#`, text fragment included.

import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Hit } from '../../types.ts';
import { segmentExcerpt } from '../excerpt.ts';
import { type Group, hitKey } from '../grouping.ts';
import { imageAddress } from '../links.ts';
import type { Wording } from '../messages.ts';
import { otherPages } from '../other-pages.ts';
import { star } from './icons.ts';

/** What a hit looks like, if a page brings its own. */
export type HitView = (hit: Hit, group: Group) => unknown;

export interface FavouriteHandlers {
  isOn: (hit: Hit) => boolean;
  toggle: (hit: Hit) => void;
}

export interface HitsContext {
  siteRoot: string;
  /** Query word whose marks stand out, or nothing for all. */
  shown: number | undefined;
  /** Where links open. */
  target: string;
  address: (hit: Hit) => string | undefined;
  /** @param shown the hit below which `hit` is named, where that is another */
  onSelect: (event: Event, hit: Hit, shown?: Hit) => void;
  /** Nothing when favourites are off. */
  favourites: FavouriteHandlers | undefined;
  /** Replaces what is inside a hit. */
  custom: HitView | undefined;
  wording: Wording;
  /** The page's language, which is taken for that of its hits, where the words around them are in another. */
  lang: string | undefined;
}

export function hitsView(groups: Group[], context: HitsContext): TemplateResult {
  return html`<ol class="groups" part="list" role="list" lang=${context.lang ?? nothing} ?data-dimmed=${context.shown !== undefined}>
    ${repeat(
      groups,
      ({ key }) => key,
      (group) => groupView(group, context),
    )}
  </ol>`;
}

function groupView(group: Group, context: HitsContext): TemplateResult {
  const { best, others } = group;
  return html`<li class="group" part="group">
    ${context.custom ? customView(best, group, context.custom, context) : pageView(best, context)}
    ${
      others.length > 0
        ? html`<ul class="subs" part="sub-results" role="list">
            ${repeat(others, hitKey, (hit) =>
              context.custom
                ? html`<li>${customView(hit, group, context.custom, context)}</li>`
                : sectionView(hit, context),
            )}
          </ul>`
        : nothing
    }
  </li>`;
}

function customView(hit: Hit, group: Group, custom: HitView, { onSelect }: HitsContext): TemplateResult {
  const select = (event: Event) => isLink(event) && onSelect(event, hit);
  return html`<div class="hit custom" part="hit" data-hit=${hitKey(hit)} @click=${select}>${custom(hit, group)}</div>`;
}

function isLink(event: Event): boolean {
  return event.composedPath().some((target) => target instanceof Element && target.matches('a[href]'));
}

function pageView(hit: Hit, context: HitsContext): TemplateResult {
  const { siteRoot } = context;
  const image = imageAddress(hit, siteRoot);
  const title = hit.title || hit.url;
  return html`<div class="hit" part="hit" data-hit=${hitKey(hit)}>
    ${
      image
        ? html`<img
            class="image"
            part="image"
            src=${image}
            alt=""
            loading="lazy"
            decoding="async"
            referrerpolicy="no-referrer"
            @error=${hideImage}
          />`
        : nothing
    }
    <div class="body">
      <h3>
        ${linkView(
          hit,
          html`<span class="title" part="title"><bdi>${title}</bdi></span>${hit.headings.length > 0 ? pathView(hit.headings) : nothing}`,
          context,
        )}
      </h3>
      ${textView(hit, context)}
    </div>
    ${context.favourites && context.address(hit) ? starView(title, hit, context.favourites, context) : nothing}
  </div>`;
}

/** A further passage of the same page, under the nearest of its headings. */
function sectionView(hit: Hit, context: HitsContext): TemplateResult {
  return html`<li class="hit sub" part="sub-result" data-hit=${hitKey(hit)}>
    ${linkView(hit, html`<span class="heading" part="heading"><bdi>${hit.headings.at(-1) || hit.title || hit.url}</bdi></span>`, context)}
    ${textView(hit, context)}
  </li>`;
}

/** The excerpt, and other pages that say the same. */
function textView(hit: Hit, context: HitsContext): TemplateResult {
  const others = otherPages(hit).map(
    (other) => html` · ${linkView(other.hit, html`<bdi>${other.label}</bdi>`, context, 'also-link', hit)}`,
  );
  return html`<p class="excerpt" part="excerpt" dir="auto">${excerptView(hit, context.shown)}</p>
    ${
      others.length > 0
        ? html`<p class="path also" part="also" lang=${context.lang ? 'en' : nothing}>${context.wording.say('alsoOn')}${others}</p>`
        : nothing
    }`;
}

/** @param shown the hit below which `hit` is named, where that is another */
function linkView(
  hit: Hit,
  inside: TemplateResult,
  { address, onSelect, target, lang }: HitsContext,
  part = 'link',
  shown = hit,
): TemplateResult {
  return html`<a
    class=${part}
    part=${part}
    lang=${lang ?? nothing}
    href=${address(hit) ?? nothing}
    target=${target || nothing}
    data-sveltekit-reload data-turbo="false" data-astro-reload
    @click=${(event: Event) => onSelect(event, hit, shown)}
    >${inside}</a
  >`;
}

function pathView(headings: string[]): TemplateResult {
  return html`<span class="path" part="breadcrumb"
    >${headings.map((heading) => html`<span class="step"><span aria-hidden="true">›</span> <bdi>${heading}</bdi> </span>`)}</span
  >`;
}

function excerptView({ excerpt, marks }: Hit, shown: number | undefined): (string | TemplateResult)[] {
  return segmentExcerpt(excerpt, marks).map(({ text, mark }) => {
    if (!mark) return text;
    const isDim = shown !== undefined && mark.queryWord !== shown;
    return html`<mark part="mark" data-level=${mark.level} ?data-dim=${isDim}>${text}</mark>`;
  });
}

function starView(
  title: string,
  hit: Hit,
  favourites: FavouriteHandlers,
  { lang, wording }: HitsContext,
): TemplateResult {
  return html`<button
    type="button"
    lang=${lang ? 'en' : nothing}
    class="icon star"
    part="favourite"
    aria-pressed=${favourites.isOn(hit)}
    aria-label=${wording.say('favourite', { title })}
    @click=${() => favourites.toggle(hit)}
  >
    ${star}
  </button>`;
}

/** A picture that cannot be had leaves no broken frame. */
function hideImage(event: Event): void {
  (event.target as HTMLElement).hidden = true;
}
