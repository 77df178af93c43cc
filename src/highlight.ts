// For the pages that a search leads to: marks the words named in the address (`?latelight-highlight=word`, once for each), which
// <latelight-search highlight> puts there. Loading this file is enough. With the CSS Custom Highlight API the document stays as it
// is; elsewhere words are wrapped in <mark>. Stands alone: no engine, no Lit.

export const HIGHLIGHT_PARAMETER = 'latelight-highlight';
const NAME = 'latelight';
/** An address is anyone's text: so many words, of so many characters, at so many places, and no more. */
const MAX_WORDS = 16;
const MAX_WORD_CHARACTERS = 64;
const MAX_PLACES = 2000;
/** Text of these is not read by anyone. */
const SKIPPED = 'script, style, noscript, template, textarea, select, svg, latelight-search';

/** Words to mark, from an address's query. */
export function wordsOfAddress(search: string): string[] {
  const words = new URLSearchParams(search).getAll(HIGHLIGHT_PARAMETER).map((word) => word.trim());
  return [...new Set(words)].filter((word) => word && word.length <= MAX_WORD_CHARACTERS).slice(0, MAX_WORDS);
}

/** Scripts that put no spaces between words: a word of theirs has no edges to look for. */
const SPACELESS = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** Where whole words occur in a text, whatever their case, as UTF-16 offsets. */
export function findWords(text: string, words: readonly string[]): { start: number; end: number }[] {
  if (words.length === 0) return [];
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(wholeWord).join('|'), 'giu');
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ start: index, end: index + found.length }));
}

function wholeWord(word: string): string {
  const escaped = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return SPACELESS.test(word) ? escaped : `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`;
}

/**
 * Marks words in the text below `root`. A word that runs over several elements is not found.
 * @returns how many places were marked
 */
export function highlight(root: Element, words: readonly string[]): number {
  const ranges: Range[] = [];
  for (const node of textNodes(root)) {
    for (const { start, end } of findWords(node.data, words)) {
      if (ranges.length === MAX_PLACES) break;
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, end);
      ranges.push(range);
    }
  }
  if ('highlights' in CSS) {
    CSS.highlights.set(NAME, new Highlight(...ranges));
    addRule(`::highlight(${NAME}) { background: Mark; color: MarkText; }`);
  } else {
    // From the end, so that wrapping one does not move those before it.
    for (const range of ranges.reverse()) range.surroundContents(document.createElement('mark'));
  }
  return ranges.length;
}

function textNodes(root: Element): Text[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest(SKIPPED) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const nodes: Text[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  return nodes;
}

/** A constructed sheet, because a strict Content-Security-Policy forbids style elements. */
function addRule(rule: string): void {
  const sheet = new CSSStyleSheet();
  sheet.insertRule(rule);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

function highlightAddress(): void {
  const words = wordsOfAddress(location.search);
  const root = document.querySelector('[data-latelight-body], main, [role=main], article') ?? document.body;
  if (words.length > 0) highlight(root, words);
}

if (typeof document !== 'undefined') highlightAddress();
