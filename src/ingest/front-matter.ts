// The YAML block at the top of a Markdown file -> title, metadata, filters and sort values. Broken YAML is a warning, not an error.

import { parseDocument } from 'yaml';
import { messageOf } from '../errors.ts';
import { oneLine } from './clean-text.ts';

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
const TOML_BLOCK = /^\+\+\+[^\S\n]*\n[\s\S]*?\n\+\+\+[^\S\n]*(?:\n|$)/;
const META_NAMES = ['description', 'image', 'date', 'author'];
/** What pages can be ordered by without being asked for; `sort` names more. */
const SORT_NAMES = ['date'];
const FILTER_NAMES = ['tags', 'tag', 'categories', 'category'];

export function readFrontMatter(source: string): FrontMatter {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const result: FrontMatter = emptyFrontMatter(text);
  const toml = TOML_BLOCK.exec(text);
  if (toml) {
    return { ...result, body: text.slice(toml[0].length), warnings: ['TOML front matter is not read, only removed'] };
  }
  const block = YAML_BLOCK.exec(text);
  // A rule ("---") at the top of a file opens no front matter when what follows is prose.
  if (!block || !YAML_START.test(block[1])) return result;
  result.body = text.slice(block[0].length);
  let values: unknown;
  try {
    // In place of the line above the block, so that errors name lines of the file.
    const document = parseDocument(`\n${block[1]}`);
    if (document.errors.length > 0) throw document.errors[0];
    // Throws on aliases that multiply (a "billion laughs" file).
    values = document.toJS();
  } catch (error) {
    // Below its first line is the place in the text, which a colon announces.
    const reason = messageOf(error).split('\n')[0].replace(/:$/, '');
    result.warnings.push(`front matter is not valid YAML and was ignored: ${reason}`);
    return result;
  }
  if (isRecord(values)) readValues(values, result);
  else if (values !== null && values !== undefined)
    result.warnings.push('front matter is not a YAML mapping and was ignored');
  return result;
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
  if (values.draft === true || values.published === false) result.exclusion = 'draft in front matter';
  if (values.search === false || values.noindex === true || values.unlisted === true || values.pagefind === false) {
    result.exclusion = 'front matter asks not to be searched';
  }
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
