// What can be set on <latelight-search>: its attributes, its properties, and what they are without.

import { LitElement } from 'lit';
import type { MergedIndex, OpenOptions } from '../types.ts';
import { LANGUAGES } from './languages.ts';
import type { Translations } from './messages.ts';
import type { RenderHit } from './views/hit-template.ts';

/** What options are when nothing is set. */
const WITHOUT = {
  device: 'auto',
  limit: 10,
  perPage: 3,
  debounce: 80,
  eager: false,
  offline: false,
  mode: 'inline',
  shortcut: 'on',
  recents: 'on',
  favourites: 'on',
  highlight: false,
  target: '',
};

export class SearchOptions extends LitElement {
  static override properties = {
    src: { type: String },
    device: { type: String },
    // By content: frameworks hand in a new list of the same indexes with every render.
    mergeIndex: { attribute: false, hasChanged: (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b) },
    limit: { type: Number },
    perPage: { type: Number, attribute: 'per-page' },
    debounce: { type: Number },
    eager: { type: Boolean },
    offline: { type: Boolean },
    placeholder: { type: String },
    mode: { type: String, reflect: true },
    shortcut: { type: String },
    recents: { type: String },
    favourites: { type: String },
    filters: { type: String },
    highlight: { type: Boolean },
    target: { type: String },
    translations: { attribute: false },
    renderHit: { attribute: false },
    engine: { attribute: false, noAccessor: true },
    query: { attribute: false, noAccessor: true },
    filter: { attribute: false, noAccessor: true },
    sort: { type: String, noAccessor: true },
  };

  /** Index folder of elements without `src`. The script that a site includes sets it to its own folder. */
  static defaultSrc = './';
  /** Languages by tag, to add to: messages, or a function that fetches them. */
  static translations = LANGUAGES;

  /** Address of the index folder, relative to the page. */
  declare src: string | undefined;
  /** Where to compute: `auto`, `webgpu` or `wasm`. */
  declare device: OpenOptions['device'];
  /** Further indexes to search with this one. */
  declare mergeIndex: MergedIndex[] | undefined;
  /** Pages to show, at first and with each "more". */
  declare limit: number;
  /** Passages of one page to show. */
  declare perPage: number;
  /** Pause in typing, in milliseconds, after which a search starts. */
  declare debounce: number;
  /** Opens the engine at once instead of on first focus. */
  declare eager: boolean;
  /** Keeps all of the index for offline use, fetched in the background after opening. */
  declare offline: boolean;
  /** Shown in an empty box; a phrase of the element's language without it. */
  declare placeholder: string | undefined;
  declare mode: 'inline' | 'modal';
  /** `off`: `/` and Ctrl-K stay the page's own. */
  declare shortcut: 'on' | 'off';
  /** `off`: recent searches are neither kept nor shown. */
  declare recents: 'on' | 'off';
  /** `off`: pages cannot be kept as favourites. */
  declare favourites: 'on' | 'off';
  /** Names to filter by, separated by commas, in the order to show them; all without it, `off` for none. */
  declare filters: string | undefined;
  /** Adds the strongest words to the addresses of hits, for pages that load the highlight module. */
  declare highlight: boolean;
  /** Where links open, as of `<a>`. */
  declare target: string;
  /** Messages that differ from those of the language. */
  declare translations: Translations | undefined;
  /** Draws the inside of each hit. */
  declare renderHit: RenderHit | undefined;

  constructor() {
    super();
    Object.assign(this, WITHOUT);
  }

  /** Accessors as Lit's, but for what is taken away: nothing, or a number that is none, is what the option is without. */
  protected static override getPropertyDescriptor(
    ...property: Parameters<typeof LitElement.getPropertyDescriptor>
  ): PropertyDescriptor {
    // biome-ignore lint/complexity/noThisInStatic: Lit asks this of the class that it prepares.
    const accessor = super.getPropertyDescriptor(...property) as PropertyDescriptor;
    const without = (WITHOUT as Record<PropertyKey, unknown>)[property[0]];
    if (without === undefined) return accessor;
    return {
      ...accessor,
      set(value: unknown) {
        accessor.set?.call(this, Number.isNaN(value) ? without : (value ?? without));
      },
    };
  }
}
