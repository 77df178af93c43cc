// Headers, footers and page numbers: lines at the edge of a page that come again at the edge of others.

import type { PdfLine } from './pdf-lines.ts';

const MIN_PAGES = 3;
// Left and right pages often have headers of their own, so a line on most of either is on less than half of all.
const MIN_SHARE = 0.4;
const EDGE_LINES = 2;

/** Pages without such lines, unless nothing would be left of the document. */
export function withoutRunningLines(pages: readonly PdfLine[][]): PdfLine[][] {
  const counts = new Map<string, number>();
  const edges = pages.map(edgesOf);
  for (const edge of edges) for (const key of new Set([...edge.values()])) counts.set(key, (counts.get(key) ?? 0) + 1);
  const enough = Math.max(MIN_PAGES, Math.ceil(pages.length * MIN_SHARE));
  const kept = pages.map((lines, page) =>
    lines.filter((line) => (counts.get(edges[page].get(line) ?? '') ?? 0) < enough),
  );
  return kept.some((lines) => lines.length > 0) ? kept : [...pages];
}

function edgesOf(lines: readonly PdfLine[]): Map<PdfLine, string> {
  const fromTop = lines.filter((line) => line.isUpright).sort((a, b) => b.y - a.y);
  const top = fromTop.slice(0, EDGE_LINES).map((line) => [line, `top ${shape(line.text)}`] as const);
  const bottom = fromTop
    .slice(EDGE_LINES)
    .slice(-EDGE_LINES)
    .map((line) => [line, `bottom ${shape(line.text)}`] as const);
  return new Map([...top, ...bottom]);
}

/** "Page 12 of 80" and "Page 13 of 80" are one line; so are "xi" and "xii". */
function shape(text: string): string {
  return /^[ivxlc]+$/i.test(text) ? '#' : text.toLowerCase().replace(/\d+/g, '#');
}
