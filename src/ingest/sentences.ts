// Cuts a text that is too long for one passage into the largest whole units that fit: sentences, else clauses, words,
// characters; lines for code. The units joined with their gaps are the text again.

import type { Block } from './parsed-page.ts';

export interface Unit {
  text: string;
  /** White space that stood before the unit: '', ' ' or '\n'. */
  gap: string;
  /** A whole sentence, which can be repeated as overlap. */
  isSentence: boolean;
}

type Splitter = (text: string) => string[];

// Sentence breaks of Unicode (UAX 29) come after these too. A sentence too many in one unit does no harm, a cut inside does.
const ABBREVIATION =
  /(?:^|[\s("'])(?:e\.\s?g|i\.\s?e|etc|vs|cf|ca|Mr|Mrs|Ms|Dr|Prof|St|Fig|Figs|No|Nos|Vol|pp?|Sec|Eq|Ch|approx|al|Inc|Ltd|Co|Jr|Sr|resp|z\.\s?B|bzw|usw|vgl|\p{Lu})\.\s*$/u;
// Characters of a sentence's end in which an abbreviation is looked for: more than the longest, since a sentence can grow long.
const END = 32;
// Intl.Segmenter in V8 takes time quadratic in the length of its input (2 KB 0.3 ms, 195 KB 1,540 ms on Node 20), so a long
// text goes through it in windows; the last segment of a window is begun again in the next.
const WINDOW = 4000;
const LONGEST_WINDOW = 64_000;

/** Units in order, each at most `maxTokens` unless a single character is more. */
export function cutToUnits(
  text: string,
  options: { kind: Block['kind']; lang: string; maxTokens: number; countTokens: (text: string) => number },
): Unit[] {
  const spaced: Splitter = (part) => part.split(/(?<=\s)(?=\S)/u);
  const words: Splitter[] = [
    // Eight at a time first: a megabyte without a full stop need not become 200,000 units.
    (part) => inGroups(spaced(part), 8),
    spaced,
    (part) => inGroups(segments(part, segmenter(options.lang, 'word')), 8),
    (part) => segments(part, segmenter(options.lang, 'word')),
    (part) => segments(part, segmenter(options.lang, 'grapheme')),
  ];
  const clauses: Splitter = (part) =>
    part.split(/(?<=[,;:—–，、；：][\p{Pe}\p{Pf}"']?\s)(?=\S)|(?<=[，、；：])(?=\S)/u);
  const sentences: Splitter = (part) => splitSentences(part, options.lang);
  const levels = options.kind === 'code' ? [splitLines, ...words] : [sentences, clauses, ...words];
  const leaves: { part: string; level: number }[] = [];
  cut(text, 0);
  return toUnits(leaves, options.kind);

  function cut(part: string, level: number): void {
    const fits = level > 0 && options.countTokens(part.trim()) <= options.maxTokens;
    if (fits || level === levels.length) leaves.push({ part, level });
    else for (const inner of levels[level](part)) cut(inner, level + 1);
  }
}

function toUnits(leaves: readonly { part: string; level: number }[], kind: Block['kind']): Unit[] {
  const units: Unit[] = [];
  let space = '';
  for (const { part, level } of leaves) {
    const bodyStart = part.length - part.trimStart().length;
    const bodyEnd = part.trimEnd().length;
    if (bodyEnd === 0) {
      space += part;
      continue;
    }
    // A line of code keeps its indentation; everything else starts at its first letter.
    const start = kind === 'code' && level === 1 ? 0 : bodyStart;
    space += part.slice(0, start);
    const gap = units.length === 0 || space === '' ? '' : space.includes('\n') ? '\n' : ' ';
    units.push({ text: part.slice(start, bodyEnd), gap, isSentence: kind !== 'code' && level === 1 });
    space = part.slice(bodyEnd);
  }
  return units;
}

/** Sentences with the white space after them; joined they are the text. */
export function splitSentences(text: string, lang: string): string[] {
  const sentences: string[] = [];
  let end = '';
  for (const part of segments(text, segmenter(lang, 'sentence'))) {
    const goesOn = ABBREVIATION.test(end);
    if (goesOn) sentences[sentences.length - 1] += part;
    else sentences.push(part);
    end = endOf((goesOn ? end : '') + part);
  }
  return sentences;
}

/** Of white space after it as much as tells one from several. */
function endOf(sentence: string): string {
  const { length } = sentence.trimEnd();
  return sentence.slice(Math.max(0, length - END), length + 2);
}

function inGroups(parts: readonly string[], size: number): string[] {
  const groups: string[] = [];
  for (let i = 0; i < parts.length; i += size) groups.push(parts.slice(i, i + size).join(''));
  return groups;
}

function splitLines(text: string): string[] {
  return text.split(/(?<=\n)/);
}

function segments(text: string, by: Intl.Segmenter): string[] {
  const parts: string[] = [];
  let start = 0;
  let size = WINDOW;
  while (start < text.length) {
    const found = Array.from(by.segment(text.slice(start, start + size)), ({ segment }) => segment);
    const isLast = start + size >= text.length;
    if (!isLast && found.length === 1 && size < LONGEST_WINDOW) {
      size *= 2;
      continue;
    }
    if (!isLast && found.length > 1) found.pop();
    for (const segment of found) {
      parts.push(segment);
      start += segment.length;
    }
    size = WINDOW;
  }
  return parts;
}

const segmenters = new Map<string, Intl.Segmenter>();

function segmenter(lang: string, granularity: 'sentence' | 'word' | 'grapheme'): Intl.Segmenter {
  const key = `${granularity} ${lang}`;
  const known = segmenters.get(key);
  if (known) return known;
  const made = new Intl.Segmenter(isLanguageTag(lang) ? lang : 'en', { granularity });
  segmenters.set(key, made);
  return made;
}

// Not the machine's own locale when the page names none: the same files must give the same passages everywhere.
function isLanguageTag(lang: string): boolean {
  try {
    return Intl.getCanonicalLocales(lang).length === 1;
  } catch {
    return false;
  }
}
