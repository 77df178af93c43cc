// `latelight search <index> "question"`: what the page would show, in the terminal.

import { search, soleSite } from '../../engine/search.ts';
import { LatelightError } from '../../errors.ts';
import type { Hit, SearchResult } from '../../types.ts';
import type { CliIo } from '../io.ts';
import { openFolder } from '../open-folder.ts';
import { printable } from '../text.ts';

export interface SearchCommandOptions {
  limit: number;
  filter: Record<string, string[]>;
  /** Whose index, where the folder has one for each language. */
  language?: string;
  typoTolerance: boolean;
  json: boolean;
  color: boolean;
}

export async function searchCommand(
  folder: string,
  query: string,
  options: SearchCommandOptions,
  io: CliIo,
): Promise<void> {
  if (query.trim() === '') {
    throw new LatelightError('bad-option', 'search: expected a question, got nothing to look for.');
  }
  const { index, encoder, otherLanguages } = await openFolder(folder, io.signal, options.language);
  try {
    const { limit, filter, typoTolerance } = options;
    const request = { limit, filter, typoTolerance, signal: io.signal };
    const result = await search(soleSite(index), encoder, query, request);
    io.out(options.json ? `${JSON.stringify(result)}\n` : describe(result, options.color));
    if (!options.json) io.err(replaced(result));
    if (otherLanguages.length > 0) {
      io.err(`not searched: pages in ${printable(otherLanguages.join(', '))} (--language <tag> chooses)\n`);
    }
  } finally {
    index.close();
    await encoder.close();
  }
}

function describe(result: SearchResult, color: boolean): string {
  const { hits, timings, passageCount, backend } = result;
  const lines = hits.map((hit, i) => {
    const trail = [hit.title, ...hit.headings].filter(Boolean).join(' > ');
    return `${i + 1}. ${printable(trail)}\n   ${printable(hit.url)}\n   ${highlight(hit, color).replaceAll('\n', '\n   ')}\n`;
  });
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const foot = `${hits.length} of ${passageCount} passages, ${backend}: encode ${ms(timings.encodeMs)}, score ${ms(timings.scoreMs)}`;
  const missed = result.phrasesMissed
    ? 'No passage has all that is in quotation marks; these are without the marks.\n\n'
    : '';
  return `${missed}${lines.join('\n')}\n${foot}\n`;
}

/** A line for each word that was taken for another. */
function replaced({ corrections }: SearchResult): string {
  return corrections
    .map(({ from, to }) => `searched for ${to}, not ${printable(from)} (--no-typo-tolerance searches as asked)\n`)
    .join('');
}

/** Strong matches in bold on a terminal; the text alone elsewhere. */
function highlight(hit: Hit, color: boolean): string {
  if (!color) return printable(hit.excerpt);
  let text = '';
  let at = 0;
  for (const mark of hit.marks) {
    if (mark.start < at || mark.strength < 0.6) continue;
    const word = printable(hit.excerpt.slice(mark.start, mark.end));
    text += `${printable(hit.excerpt.slice(at, mark.start))}\x1b[1m${word}\x1b[22m`;
    at = mark.end;
  }
  return text + printable(hit.excerpt.slice(at));
}
