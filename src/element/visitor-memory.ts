// Recent searches and favourites of an element: which lists it shows, and what pressing one of their parts does.

import type { ReactiveControllerHost } from 'lit';
import type { Hit } from '../types.ts';
import { hitAddress } from './links.ts';
import { type Favourite, VisitorLists } from './visitor-lists.ts';

export interface VisitorMemoryHost extends ReactiveControllerHost {
  /** Absolute address of the index, or what stands in its place and is none. */
  readonly folder: string;
  /** Absolute address that hits are relative to which do not say. */
  readonly siteRoot: string;
  readonly query: string;
  readonly recents: 'on' | 'off';
  readonly favourites: 'on' | 'off';
  /** Puts a query into the box and searches. */
  ask(query: string): void;
  /** A link is followed. */
  leave(event: Event): void;
}

export class VisitorMemory {
  private readonly host: VisitorMemoryHost;
  private lists: VisitorLists | undefined;
  private folder = '';

  constructor(host: VisitorMemoryHost) {
    this.host = host;
  }

  get recents(): string[] {
    return this.host.recents === 'off' ? [] : this.kept.recents;
  }

  get favourites(): Favourite[] {
    return this.host.favourites === 'off' ? [] : this.kept.favourites;
  }

  /** Recent searches that go on from what the box holds. */
  get suggestions(): string[] {
    return this.host.recents === 'off' ? [] : this.kept.suggestions(this.host.query);
  }

  /** A hit was opened: what was searched for is worth keeping. */
  remember(): void {
    if (this.host.recents !== 'off') this.kept.addRecent(this.host.query);
  }

  isOn(hit: Hit): boolean {
    return this.kept.isFavourite(this.favouriteOf(hit).url);
  }

  toggle(hit: Hit): void {
    this.onRemoveFavourite(this.favouriteOf(hit));
  }

  readonly onRecent = (query: string): void => this.host.ask(query);

  readonly onClearRecents = (): void => {
    this.kept.clearRecents();
    this.host.requestUpdate();
  };

  readonly onFavourite = (event: Event): void => this.host.leave(event);

  readonly onRemoveFavourite = (favourite: Favourite): void => {
    this.kept.toggleFavourite(favourite);
    this.host.requestUpdate();
  };

  private get kept(): VisitorLists {
    const { folder } = this.host;
    if (!this.lists || this.folder !== folder) this.lists = new VisitorLists(folder);
    this.folder = folder;
    return this.lists;
  }

  /** The page of a hit, whatever passage of it was found. */
  private favouriteOf(hit: Hit): Favourite {
    const address = new URL(hitAddress(hit.url, hit.siteRoot ?? this.host.siteRoot) as string);
    address.hash = '';
    return { title: hit.title || hit.url, url: address.href };
  }
}
