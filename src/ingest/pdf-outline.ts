// Bookmarks of a PDF -> the headings above each page. What does not lead to a page is left out.

import type { PDFDocumentProxy } from 'pdfjs-dist';
import { oneLine } from './clean-text.ts';

type OutlineItem = Awaited<ReturnType<PDFDocumentProxy['getOutline']>>[number];
type Reference = Parameters<PDFDocumentProxy['getPageIndex']>[0];

const MAX_ITEMS = 5000;
const MAX_DEPTH = 6;

/** A path of headings per page: that of the first bookmark that leads there, else the last one's before it. */
export async function pageHeadings(document: PDFDocumentProxy): Promise<string[][]> {
  const first = new Map<number, string[]>();
  const last = new Map<number, string[]>();
  let items = 0;
  await read(await document.getOutline(), []);
  let open: string[] = [];
  return Array.from({ length: document.numPages }, (_, page) => {
    const own = first.get(page) ?? open;
    open = last.get(page) ?? own;
    return own;
  });

  async function read(list: OutlineItem[] | null, above: string[]): Promise<void> {
    for (const item of list ?? []) {
      if (++items > MAX_ITEMS) return;
      const title = oneLine(item.title);
      const path = title === '' || above.length >= MAX_DEPTH ? above : [...above, title];
      const page = await pageOf(item.dest);
      if (page !== undefined && path.length > 0) {
        if (!first.has(page)) first.set(page, path);
        last.set(page, path);
      }
      await read(item.items, path);
    }
  }

  async function pageOf(destination: OutlineItem['dest']): Promise<number | undefined> {
    try {
      const [target] =
        (typeof destination === 'string' ? await document.getDestination(destination) : destination) ?? [];
      if (typeof target === 'number') return target;
      return isReference(target) ? await document.getPageIndex(target) : undefined;
    } catch {
      return undefined;
    }
  }
}

function isReference(target: unknown): target is Reference {
  return typeof target === 'object' && target !== null && 'num' in target && 'gen' in target;
}
