// What a page says about itself: language, robots, `data-latelight-meta`, `-filter` and `-sort` (Pagefind's syntax), image, description.

import { oneLine } from './clean-text.ts';
import { attribute, type DocumentNode, type DomElement, isElement, textOf, walk } from './dom.ts';
import { EXCLUSIONS } from './exclusions.ts';
import { isBadge } from './inline-elements.ts';

export interface PageMetadata {
  /** Text of `<title>`. */
  documentTitle: string;
  lang: string;
  /** Of the first `<base>` that has one. */
  baseHref: string | undefined;
  /** `image` is as the page gives it, relative to `baseHref` or to the page. */
  meta: Map<string, string>;
  filters: Map<string, string[]>;
  sort: Map<string, string>;
  exclusion: string | undefined;
}

export interface Capture {
  name: string;
  /** Attribute to read; without it and without a value, the element's text is meant. */
  attribute?: string;
  value?: string;
}

/**
 * `name`, `name[attribute]`, `name:value`, comma-separated. A value runs to the end, commas included, so it comes last.
 */
function parseCaptures(source: string): Capture[] {
  const captures: Capture[] = [];
  let rest = source.trim();
  while (rest !== '') {
    const comma = rest.indexOf(',');
    const colon = rest.indexOf(':');
    if (colon !== -1 && (comma === -1 || colon < comma)) {
      const name = rest.slice(0, colon).trim();
      if (name !== '') captures.push({ name, value: oneLine(rest.slice(colon + 1)) });
      break;
    }
    const item = (comma === -1 ? rest : rest.slice(0, comma)).trim();
    rest = comma === -1 ? '' : rest.slice(comma + 1).trim();
    const bracket = /^([^[]+)\[([^\]]+)\]$/.exec(item);
    if (bracket) captures.push({ name: bracket[1].trim(), attribute: bracket[2].trim().toLowerCase() });
    else if (item !== '') captures.push({ name: item });
  }
  return captures;
}

/** Reads the whole document, outside the content too, except what `data-latelight-ignore="all"` covers. */
export function readMetadata(document: DocumentNode, roots: DomElement[]): PageMetadata {
  const page: PageMetadata = {
    documentTitle: '',
    lang: '',
    baseHref: undefined,
    meta: new Map(),
    filters: new Map(),
    sort: new Map(),
    exclusion: undefined,
  };
  const defaults = new Map<string, string>();
  walk(document, (node) => {
    if (!isElement(node)) return true;
    if (attribute(node, 'data-latelight-ignore')?.trim().toLowerCase() === 'all') return false;
    if (node.tagName === 'html') page.lang = oneLine(attribute(node, 'lang') ?? attribute(node, 'xml:lang') ?? '');
    if (node.tagName === 'base') page.baseHref ??= attribute(node, 'href');
    if (node.tagName === 'meta') readMetaTag(node, page, defaults);
    // An inline SVG has titles of its own.
    if (node.tagName === 'svg') return false;
    if (node.tagName === 'title' && page.documentTitle === '') page.documentTitle = oneLine(textOf(node));
    for (const { name, value } of captured(node, 'data-latelight-meta')) page.meta.set(name, value);
    for (const { name, value } of captured(node, 'data-latelight-filter')) {
      const values = page.filters.get(name) ?? [];
      if (!values.includes(value)) page.filters.set(name, [...values, value]);
    }
    for (const { name, value } of captured(node, 'data-latelight-sort')) page.sort.set(name, value);
    return true;
  });
  const published = defaults.get('published');
  defaults.delete('published');
  if (published && !page.sort.has('date')) page.sort.set('date', published);
  if (!defaults.has('image')) {
    const image = firstImage(roots);
    if (image) defaults.set('image', image);
  }
  for (const [name, value] of defaults) if (!page.meta.has(name)) page.meta.set(name, value);
  return page;
}

function captured(element: DomElement, name: string): { name: string; value: string }[] {
  const source = attribute(element, name);
  if (source === undefined) return [];
  return parseCaptures(source)
    .map((capture) => ({ name: capture.name, value: capture.value ?? capturedText(element, capture.attribute) }))
    .filter(({ value }) => value !== '');
}

function capturedText(element: DomElement, attributeName: string | undefined): string {
  if (attributeName !== undefined) return oneLine(attribute(element, attributeName) ?? '');
  return oneLine(textOf(element, (inner) => /^(script|style|template)$/.test(inner.tagName)));
}

function readMetaTag(tag: DomElement, page: PageMetadata, defaults: Map<string, string>): void {
  const name = (attribute(tag, 'name') ?? attribute(tag, 'property') ?? '').trim().toLowerCase();
  const content = oneLine(attribute(tag, 'content') ?? '');
  if (content === '') return;
  if (name === 'robots' && robotsDirectives(content).some((one) => one === 'noindex' || one === 'none'))
    page.exclusion = EXCLUSIONS.noindex;
  if (name === 'description' && !defaults.has('description')) defaults.set('description', content);
  if (name === 'article:published_time' && !defaults.has('published')) defaults.set('published', content);
  if (name === 'og:image' && !defaults.has('image')) defaults.set('image', content);
  const isRefresh = (attribute(tag, 'http-equiv') ?? '').trim().toLowerCase() === 'refresh';
  // Aliases that site generators write for moved pages; a refresh after minutes is a live page.
  if (isRefresh && /^\s*[0-5](\.\d*)?\s*[;,]\s*url\s*=/i.test(content)) page.exclusion ??= EXCLUSIONS.redirect;
}

/** `max-image-preview: none` is one directive, and another than `none`. */
function robotsDirectives(content: string): string[] {
  return content
    .toLowerCase()
    .replace(/\s*:\s*/g, ':')
    .split(/[\s,;]+/);
}

function firstImage(roots: DomElement[]): string | undefined {
  for (const root of roots) {
    let found: string | undefined;
    walk(root, (node) => {
      if (found !== undefined) return false;
      if (!isElement(node) || node.tagName !== 'img' || isBadge(node)) return true;
      const source = (attribute(node, 'src') ?? '').trim();
      // A data: placeholder of a lazy image would put kilobytes into every hit.
      if (source !== '' && !source.startsWith('data:')) found = source;
      return true;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}
