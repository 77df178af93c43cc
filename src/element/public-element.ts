// <latelight-search> as pages see it: what they set, read, call and hear. No code, and nothing of Lit, whose types a page need not
// have; the class implements it.

import type { ErrorCode } from '../errors.ts';
import type { Hit, MergedIndex, OpenOptions, SearchEngine, SearchResult, Stage } from '../types.ts';
import type { FilterChoice } from './filter-choice.ts';
import type { Group } from './grouping.ts';
import type { Language } from './languages.ts';
import type { Translations } from './messages.ts';

/** Lit's `html` tag: what it gives can be returned from `renderHit`. */
export type HtmlTag = (strings: TemplateStringsArray, ...values: unknown[]) => unknown;

/** Gives a Lit template, a node, or text. `html` is Lit's tag, so that a page needs no Lit of its own. */
export type RenderHit = (hit: Hit, group: Group, html: HtmlTag) => unknown;

export interface LatelightSearchElement extends HTMLElement {
  /** Address of the index folder, relative to the page. */
  src: string | undefined;
  /** Where to compute: `auto`, `webgpu` or `wasm`. */
  device: OpenOptions['device'];
  /** Further indexes to search with this one. */
  mergeIndex: MergedIndex[] | undefined;
  /** Pages to show, at first and with each "more". */
  limit: number;
  /** Passages of one page to show. */
  perPage: number;
  /** Pause in typing, in milliseconds, after which a search starts. */
  debounce: number;
  /** Opens the engine at once instead of on first focus. */
  eager: boolean;
  /** Keeps all of the index for offline use, fetched in the background after opening. */
  offline: boolean;
  /** Shown in an empty box; a phrase of the element's language without it. */
  placeholder: string | undefined;
  /** `modal`: a button, and a dialog that holds box and results. */
  mode: 'inline' | 'modal';
  /** `off`: `/` and Ctrl-K stay the page's own. */
  shortcut: 'on' | 'off';
  /** `off`: recent searches are neither kept nor shown. */
  recents: 'on' | 'off';
  /** `off`: pages cannot be kept as favourites. */
  favourites: 'on' | 'off';
  /** `off`: words that no passage has are searched for as they are spelt, and the last one as far as it is typed. */
  typoTolerance: 'on' | 'off';
  /** Names to filter by, separated by commas, in the order to show them; all without it, `off` for none. */
  filters: string | undefined;
  /** Adds the strongest words to the addresses of hits, where their server sees them, for pages that load the highlight module. */
  highlight: boolean;
  /** Where links open, as of `<a>`. */
  target: string;
  /** Messages that differ from those of the language. */
  translations: Translations | undefined;
  /** Draws the inside of each hit. */
  renderHit: RenderHit | undefined;
  /** The engine in use. Hand in an open one to share it: it is then not closed with the element. */
  get engine(): SearchEngine | undefined;
  set engine(engine: SearchEngine | undefined);
  /** What the box holds. Setting it searches at once. */
  get query(): string;
  set query(query: string | null | undefined);
  /** Values ticked, a list for each name. Setting it searches at once. */
  get filter(): FilterChoice;
  set filter(filter: FilterChoice | null | undefined);
  /** `date:desc`, `title:asc`, or empty for the best match first. */
  get sort(): string;
  set sort(sort: string | null | undefined);
  /** Whether the dialog is open. */
  readonly isOpen: boolean;
  /** Opens the dialog; without one, focuses the box. @param opener gets focus back when the dialog closes */
  show(opener?: HTMLElement): void;
  /** Closes the dialog. */
  close(): void;
  /** Puts a query into the box as a visitor would, and searches. */
  ask(query: string): void;
  /** Empties the box as a visitor would: listeners hear an `input` event. */
  clear(): void;
  /** Resolves when what was set is on show. */
  readonly updateComplete: Promise<boolean>;
}

/** The element's class. */
export interface LatelightSearchConstructor {
  new (): LatelightSearchElement;
  /** Index folder of elements without `src`. The script that a site includes sets it to its own folder. */
  defaultSrc: string;
  /** Languages by tag, to add to: messages, or a function that fetches them. */
  translations: Record<string, Language>;
}

export interface LatelightSearchTagNameMap {
  'latelight-search': LatelightSearchElement;
}

export interface LatelightSearchEventMap {
  /** The dialog was opened. */
  'latelight-open': CustomEvent<undefined>;
  /** The dialog was closed. */
  'latelight-close': CustomEvent<undefined>;
  /** An engine of the element’s own is open; `detail.stage` says what it can search with by now. */
  'latelight-ready': CustomEvent<SearchEngine>;
  /** A result is on show: of the instant stage first where the model is still to come (`detail.stage`), and again for more results. */
  'latelight-results': CustomEvent<SearchResult>;
  /** A hit was chosen, of a result of that `stage`. Cancelling leaves the page where it is; `index` is the hit’s among the result’s, `address` where its link leads; of another page that says the same, `hit` has the place and `index` is that of the hit it is named with. */
  'latelight-select': CustomEvent<{ hit: Hit; index: number; address: string | undefined; stage: Stage }>;
  /** Opening or a search has failed, and the box says so; not when a newer search took the place of one. What is not of Latelight’s own has none of these codes. */
  'latelight-error': CustomEvent<Error & { readonly code?: ErrorCode }>;
}

declare global {
  interface HTMLElementTagNameMap extends LatelightSearchTagNameMap {}
  /** Of elements, the document and the window, all of which hear them. */
  interface GlobalEventHandlersEventMap extends LatelightSearchEventMap {}
}
