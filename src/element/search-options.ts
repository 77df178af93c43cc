// What can be set on <latelight-search>: its attributes, its properties, and what they are without. What each means: public-element.ts.

import { LitElement } from 'lit';
import type { MergedIndex, OpenOptions } from '../types.ts';
import { LANGUAGES } from './languages.ts';
import type { Translations } from './messages.ts';
import type { RenderHit } from './public-element.ts';

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
    mergeIndex: { attribute: false, noAccessor: true },
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

  static defaultSrc = './';
  static translations = LANGUAGES;

  declare src: string | undefined;
  declare device: OpenOptions['device'];
  declare limit: number;
  declare perPage: number;
  declare debounce: number;
  declare eager: boolean;
  declare offline: boolean;
  declare placeholder: string | undefined;
  declare mode: 'inline' | 'modal';
  declare shortcut: 'on' | 'off';
  declare recents: 'on' | 'off';
  declare favourites: 'on' | 'off';
  declare filters: string | undefined;
  declare highlight: boolean;
  declare target: string;
  declare translations: Translations | undefined;
  declare renderHit: RenderHit | undefined;

  private merged: string | undefined;

  constructor() {
    super();
    Object.assign(this, WITHOUT);
  }

  get mergeIndex(): MergedIndex[] | undefined {
    return this.merged && JSON.parse(this.merged);
  }

  /** By content: frameworks hand in a new list of the same indexes with every render, or the same list with others in it. */
  set mergeIndex(indexes: MergedIndex[] | undefined) {
    const { merged } = this;
    this.merged = JSON.stringify(indexes);
    if (this.merged !== merged) this.requestUpdate('mergeIndex', merged);
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
