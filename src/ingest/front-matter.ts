// The YAML or TOML block at the top of a Markdown file -> title, metadata, filters and sort values. A broken one is a warning, not an error.

import { parseDocument } from 'yaml';
import { messageOf } from '../errors.ts';
import { oneLine } from './clean-text.ts';
import { EXCLUSIONS } from './exclusions.ts';
import { readToml } from './toml.ts';

export interface FrontMatter {
  title: string;
  lang: string;
  meta: Map<string, string>;
  filters: Map<string, string[]>;
  sort: Map<string, string>;
  exclusion: string | undefined;
  warnings: string[];
  /** The file without its front matter. */
  body: string;
}

const YAML_BLOCK = /^---[^\S\n]*\n((?:[\s\S]*?\n)??)(?:---|\.\.\.)[^\S\n]*(?:\n|$)/;
const YAML_START = /^\s*(?:#.*\n\s*)*(?:$|["']?[\w-]+["']?\s*:|[{&])/;
/** Directly below the `---` a key may be of any words, as Obsidian's are, if all that follows makes sense with it. */
const LOOSE_YAML_START = /^["']?[\p{L}\p{N}_][^\n]{0,40}?:(?:\s|$)/u;
const TOML_BLOCK = /^\+\+\+[^\S\n]*\n((?:[\s\S]*?\n)??)\+\+\+[^\S\n]*(?:\n|$)/;
const META_NAMES = ['description', 'image', 'date', 'author'];
/** What pages can be ordered by without being asked for; `sort` names more. */
const SORT_NAMES = ['date'];
const FILTER_NAMES = ['tags', 'tag', 'categories', 'category'];

export function readFrontMatter(source: string): FrontMatter {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const result: FrontMatter = emptyFrontMatter(text);
  const toml = TOML_BLOCK.exec(text);
  const block = toml ?? YAML_BLOCK.exec(text);
  // A rule ("---") at the top of a file opens no front matter when what follows is prose.
  if (!block) return result;
  const isSure = toml !== null || YAML_START.test(block[1]);
  if (!isSure && !LOOSE_YAML_START.test(block[1])) return result;
  let values: unknown;
  try {
    values = toml ? readToml(block[1], 1) : readYaml(block[1]);
    if (!isSure && !isRecord(values)) return result;
    result.body = text.slice(block[0].length);
  } catch (error) {
    if (!isSure) return result;
    result.body = text.slice(block[0].length);
    // Below its first line is the place in the text, which a colon announces.
    const reason = messageOf(error).split('\n')[0].replace(/:$/, '');
    result.warnings.push(`front matter is not valid ${toml ? 'TOML' : 'YAML'} and was ignored: ${reason}`);
    return result;
  }
  if (isRecord(values)) readValues(values, result);
  else if (values !== null && values !== undefined)
    result.warnings.push('front matter is not a YAML mapping and was ignored');
  return result;
}

function readYaml(block: string): unknown {
  // In place of the line above the block, so that errors name lines of the file.
  const document = parseDocument(`\n${block}`);
  if (document.errors.length > 0) throw document.errors[0];
  // Throws on aliases that multiply (a "billion laughs" file).
  return document.toJS();
}

function readValues(values: Record<string, unknown>, result: FrontMatter): void {
  result.title = scalar(values.title);
  result.lang = scalar(values.lang) || scalar(values.language);
  for (const name of META_NAMES) {
    const value = scalar(values[name]);
    if (value !== '') result.meta.set(name, value);
  }
  for (const name of FILTER_NAMES) {
    const items = list(values[name]);
    if (items.length > 0) result.filters.set(name, items);
  }
  const sort = isRecord(values.sort) ? values.sort : {};
  for (const [name, value] of [
    ...SORT_NAMES.map((known) => [known, values[known]] as const),
    ...Object.entries(sort),
  ]) {
    if (scalar(value) !== '') result.sort.set(name, scalar(value));
  }
  // What Jekyll, Hugo, Docusaurus, VitePress and Starlight call a page that search should not find.
  const says = (name: string, answer: boolean) => yesOrNo(values[name]) === answer;
  if (says('draft', true) || says('published', false)) result.exclusion = EXCLUSIONS.draft;
  if (says('search', false) || says('noindex', true) || says('unlisted', true) || says('pagefind', false)) {
    result.exclusion = EXCLUSIONS.unsearched;
  }
}

/** Jekyll reads YAML 1.1, which has more words for them; in YAML 1.2 they are text. */
function yesOrNo(value: unknown): boolean | undefined {
  if (typeof value !== 'string') return typeof value === 'boolean' ? value : undefined;
  if (/^(true|yes|on)$/i.test(value)) return true;
  return /^(false|no|off)$/i.test(value) ? false : undefined;
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return oneLine(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function list(value: unknown): string[] {
  const items = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
  return [...new Set(items.map(scalar))].filter((item) => item !== '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function emptyFrontMatter(body: string): FrontMatter {
  return {
    title: '',
    lang: '',
    meta: new Map(),
    filters: new Map(),
    sort: new Map(),
    exclusion: undefined,
    warnings: [],
    body,
  };
}
