// Where a hit leads. Addresses come from an index: only http and https are followed, never `javascript:` or `data:`.

import type { Hit } from '../types.ts';
import { textDirective } from './text-fragment.ts';

/** As in src/highlight.ts, which must stand alone: sharing the constant would make pages load the element for it. */
const HIGHLIGHT_PARAMETER = 'latelight-highlight';
/** Strongly marked words handed to the page that a hit leads to. */
const HIGHLIGHTED_WORDS = 8;
/** Only words that say nearly the same as one of the query. */
const HIGHLIGHT_STRENGTH = 0.8;

/** Absolute http(s) address, or nothing when it is not one to follow. */
export function hitAddress(url: string, siteRoot: string): string | undefined {
  if (!URL.canParse(url, siteRoot)) return undefined;
  const address = new URL(url, siteRoot);
  return /^https?:$/.test(address.protocol) ? address.href : undefined;
}

/** Whether a click on a link opens it in another tab or window. */
export function isElsewhere({ ctrlKey, metaKey, shiftKey }: MouseEvent): boolean {
  return ctrlKey || metaKey || shiftKey;
}

export interface PassageLinkOptions {
  /** Whether this browser scrolls to text; others would look for an anchor of that whole name. */
  textFragments: boolean;
  /** Whether the address shall also name the words to mark, for pages that load the highlight module. */
  highlight: boolean;
}

/** The address of a hit's passage: its page, the words to mark if wanted, its anchor, and its text. */
export function passageAddress(hit: Hit, siteRoot: string, options: PassageLinkOptions): string | undefined {
  const plain = hitAddress(hit.url, hit.siteRoot ?? siteRoot);
  if (plain === undefined) return undefined;
  const address = new URL(plain);
  if (options.highlight) for (const word of strongWords(hit)) address.searchParams.append(HIGHLIGHT_PARAMETER, word);
  const directive = options.textFragments ? textDirective(hit.excerpt, hit.marks) : '';
  if (!directive) return address.href;
  const anchor = address.hash.split(':~:')[0].slice(1);
  address.hash = '';
  return `${address.href.replace(/#$/, '')}#${anchor}:~:${directive}`;
}

function strongWords({ excerpt, marks }: Hit): string[] {
  const strong = marks.filter(({ strength }) => strength >= HIGHLIGHT_STRENGTH);
  strong.sort((a, b) => b.strength - a.strength);
  const words = new Map<string, string>();
  for (const { start, end } of strong) {
    const word = excerpt.slice(start, end);
    if (/[\p{L}\p{N}]/u.test(word) && !words.has(word.toLowerCase())) words.set(word.toLowerCase(), word);
  }
  return [...words.values()].slice(0, HIGHLIGHTED_WORDS);
}

/** The picture of a page, from the origin of its site: a search tells no other that somebody searches. Nothing when it has none. */
export function imageAddress({ meta, siteRoot }: Hit, fallbackRoot: string): string | undefined {
  const root = siteRoot ?? fallbackRoot;
  const address = meta?.image ? hitAddress(meta.image, root) : undefined;
  return address && new URL(address).origin === new URL(root).origin ? address : undefined;
}
