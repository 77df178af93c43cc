// The pages of an index that is being made, by address, in an order that does not depend on the order of adding.

import { byCodeUnits } from '../ingest/ingest-pages.ts';
import type { Passage } from '../shared-types.ts';
import { withoutAnchor } from './page-address.ts';

export interface IndexedPage {
  /** With an anchor, if it is about a part of a page. */
  url: string;
  /** What it came from: orders pages, names them in messages. */
  path: string;
  /** As it names it; '' when it names none. */
  lang: string;
  /** Carries `data-latelight-body`; undefined for what is no document, which the rule about such marks spares. */
  hasBodyMark: boolean | undefined;
  passages: Passage[];
}

export class PageSet {
  private readonly byUrl = new Map<string, IndexedPage>();

  /** @returns the page of the same address whose place this one takes */
  put(page: IndexedPage): IndexedPage | undefined {
    const replaced = this.byUrl.get(page.url);
    this.byUrl.set(page.url, page);
    return replaced;
  }

  clear(): void {
    this.byUrl.clear();
  }

  /** By path in code units; parts of one page, which have its address and an anchor, stand together. */
  inOrder(): IndexedPage[] {
    const parts = new Map<string, IndexedPage[]>();
    const sorted = [...this.byUrl.values()].sort((a, b) => byCodeUnits(a.path, b.path) || byCodeUnits(a.url, b.url));
    for (const page of sorted) {
      const address = withoutAnchor(page.url);
      const together = parts.get(address);
      if (together) together.push(page);
      else parts.set(address, [page]);
    }
    return [...parts.values()].flatMap((pages) => pages.sort((a, b) => byCodeUnits(a.url, b.url)));
  }
}

/** Once one page marks its body, those that do not are left out, as within one folder. */
export function markedPages(pages: IndexedPage[]): { kept: IndexedPage[]; unmarked: IndexedPage[] } {
  if (!pages.some(({ hasBodyMark }) => hasBodyMark)) return { kept: pages, unmarked: [] };
  return {
    kept: pages.filter(({ hasBodyMark }) => hasBodyMark !== false),
    unmarked: pages.filter(({ hasBodyMark }) => hasBodyMark === false),
  };
}

export function countPages(pages: readonly IndexedPage[]): number {
  return new Set(pages.map(({ url }) => withoutAnchor(url))).size;
}
