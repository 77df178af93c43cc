// What can be set on <latelight-search>: its attributes, its properties, and what they are without. What each means: public-element.ts.

import { LitElement } from 'lit';
import type { MergedIndex, OpenOptions } from '../types.ts';
import type { Translations } from './messages.ts';
import type { RenderHit } from './public-element.ts';
import { TRANSLATIONS } from './spoken-language.ts';

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
  typoTolerance: 'on',
  highlight: false,
  target: '',
};

export class SearchOptions extends LitElement {
  /** Without types: what an attribute says is read as a property is. */
  static override properties = {
    src: {},
    device: {},
    mergeIndex: { attribute: false, noAccessor: true },
    limit: {},
    perPage: { attribute: 'per-page' },
    debounce: {},
    eager: {},
    offline: {},
    placeholder: {},
    mode: { reflect: true },
    shortcut: {},
    recents: {},
    favourites: {},
    typoTolerance: { attribute: 'typo-tolerance' },
    filters: {},
    highlight: {},
    target: {},
    translations: { attribute: false },
    renderHit: { attribute: false },
    engine: { attribute: false, noAccessor: true },
    query: { attribute: false, noAccessor: true },
    filter: { attribute: false, noAccessor: true },
    sort: { noAccessor: true },
  };

  static defaultSrc = './';
  static translations = TRANSLATIONS;

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
  declare typoTolerance: 'on' | 'off';
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

  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: Lit prepares the class that this getter is asked of.
    return [...super.observedAttributes, 'lang'];
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    if (name === 'lang') this.requestUpdate();
    else super.attributeChangedCallback(name, old, value);
  }

  /** Accessors as Lit's, but values are of the type of what the option is without. */
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
        accessor.set?.call(this, read(value, without));
      },
    };
  }
}

/** Frameworks set what markup says, which is text, as properties. What is taken away, or is no number, is what the option is without. */
function read(value: unknown, without: unknown): unknown {
  if (typeof without === 'boolean') return value === '' || (Boolean(value) && value !== 'false');
  if (typeof without !== 'number') return value ?? without;
  const number = Number.parseFloat(String(value));
  return Number.isNaN(number) ? without : number;
}
