// HTML of any origin -> its blocks, each as HTML of its own and no more than what is shown of it. In the worker, because a parser can make
// a thousand elements of one tag, and what cleans markup can take minutes over it: the page gets only what has been found to be small.

import type { CheerioAPI } from 'cheerio';
import {
  type DomElement,
  type DomNode,
  headingLevel,
  isBlock,
  isElement,
  loadHtml,
  parsesSmall,
} from '../../ingest/dom.ts';
import { withoutTags } from '../../ingest/nesting.ts';
import { ALLOWED_ATTRIBUTES, ALLOWED_TAGS, isAllowedAttribute } from './html-policy.ts';

/** Elements that only hold others, and are gone into when they hold more than this. */
const HOLDER = /^(body|main|article|section|div)$/;
const HOLDER_CHARACTERS = 4000;
/** Of text and words that no block is around, in one part. */
const RUN_CHARACTERS = 4000;

const SHOWN = new Set(ALLOWED_TAGS);
const SHOWN_ATTRIBUTES = new Set(ALLOWED_ATTRIBUTES);
const VOID = /^(br|col|hr|img|wbr)$/;
/** Left out with what is in them, as DOMPurify does. Of others that are not shown, the content is. */
const LEFT_OUT =
  /^(annotation-xml|audio|iframe|noembed|noframes|noscript|plaintext|script|style|svg|template|title|video|xmp)$/;
const PICTURE = ';base64,';
const PICTURE_CHARACTERS = 1000;

export interface HtmlParts {
  /** In their order. To be cleaned before they are shown: what a browser makes of them is its own. */
  parts: string[];
  /** Of the whole document; '' when it does not say. */
  lang: string;
  dir: string;
}

interface Stated {
  lang: string;
  dir: string;
}

export function htmlParts(html: string): HtmlParts {
  const pictures: string[] = [];
  const $ = loadHtml(withoutPictures(html, pictures));
  const mains = $('main, [role=main]');
  const [root] = mains.length === 1 ? mains : $('body');
  const whole = { lang: statedAround($, root, 'lang'), dir: statedAround($, root, 'dir') };
  return {
    ...whole,
    parts: root ? joined(blocks(root, whole)).map((part) => withPictures(small(part), pictures)) : [],
  };
}

/** Megabytes that the parser would go through letter by letter. By hand, as they are longer than what an expression can match. */
function withoutPictures(html: string, pictures: string[]): string {
  const parts: string[] = [];
  const end = /[^A-Za-z0-9+/=]|$/g;
  let done = 0;
  for (let at = html.indexOf(PICTURE); at >= 0; at = html.indexOf(PICTURE, end.lastIndex)) {
    const start = at + PICTURE.length;
    end.lastIndex = start;
    const { index } = end.exec(html)!;
    end.lastIndex = index;
    if (index - start < PICTURE_CHARACTERS) continue;
    parts.push(html.slice(done, start), `@${pictures.push(html.slice(start, index)) - 1}@`);
    done = index;
  }
  return parts.join('') + html.slice(done);
}

/** Each once: a document could name one a million times. */
function withPictures(part: string, pictures: (string | undefined)[]): string {
  return part.replace(/;base64,@(\d{1,9})@/g, (_, number: string) => {
    const content = pictures[Number(number)] ?? '';
    pictures[Number(number)] = undefined;
    return `;base64,${content}`;
  });
}

/** An attribute of the element, or of the nearest one around it that has it. */
function statedAround($: CheerioAPI, root: DomElement, name: 'lang' | 'dir'): string {
  return $(root).closest(`[${name}]`).attr(name) ?? '';
}

interface Block {
  html: string;
  /** Stands in a line with others of its sort. */
  isInline: boolean;
}

function* blocks(root: DomElement, whole: Stated): Generator<Block> {
  const waiting: { node: DomNode; around: Stated }[] = [];
  const goInto = ({ children }: DomElement, around: Stated) => {
    for (let i = children.length - 1; i >= 0; i--) waiting.push({ node: children[i], around });
  };
  goInto(root, whole);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, around } = next;
    if (!isElement(node)) yield { html: written(node), isInline: true };
    else if (isLeftOut(node)) continue;
    else if (HOLDER.test(node.tagName) && isLonger(node)) {
      // An empty stand-in, so that links to the holder still lead to its start.
      if (node.attribs.id) yield { html: `<div${attribute('id', node.attribs.id)}></div>`, isInline: false };
      goInto(node, { lang: node.attribs.lang ?? around.lang, dir: node.attribs.dir ?? around.dir });
    } else {
      for (const name of ['lang', 'dir'] as const) {
        // Of a holder that was gone into.
        if (around[name] && around[name] !== whole[name]) node.attribs[name] ??= around[name];
      }
      yield { html: written(node), isInline: !isBlock(node) && headingLevel(node) === 0 && node.tagName !== 'pre' };
    }
  }
}

/** Words and texts that follow each other are one part, and so is a block with the space behind it. */
function joined(all: Iterable<Block>): string[] {
  const parts: string[] = [];
  let run = '';
  let takesMore = false;
  for (const { html, isInline } of all) {
    if (run && (/^\s*$/.test(html) || (isInline && takesMore && run.length < RUN_CHARACTERS))) run += html;
    else {
      if (run) parts.push(run);
      run = html;
      takesMore = isInline;
    }
  }
  return run ? [...parts, run] : parts;
}

/** A part is parsed once more, on the page: elements that were closed by others may now be in them, and multiply only there. */
function small(part: string): string {
  return parsesSmall(part) ? part : withoutTags(part);
}

function isLonger(element: DomElement): boolean {
  const waiting: DomNode[] = [element];
  let characters = 0;
  for (let node = waiting.pop(); node && characters <= HOLDER_CHARACTERS; node = waiting.pop()) {
    if (node.type === 'text') characters += node.data.length;
    else if (isElement(node) && !isLeftOut(node)) for (const child of node.children) waiting.push(child);
  }
  return characters > HOLDER_CHARACTERS;
}

/** What runs or has no text, and what a page has around its content. */
function isLeftOut({ tagName, attribs }: DomElement): boolean {
  const { role, hidden } = attribs;
  if (LEFT_OUT.test(tagName) || tagName === 'nav' || role === 'navigation' || role === 'search') return true;
  return hidden !== undefined && hidden.toLowerCase() !== 'until-found';
}

function written(root: DomNode): string {
  const parts: string[] = [];
  const waiting: (DomNode | string)[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') parts.push(next);
    else if (next.type === 'text') parts.push(escaped(next.data).replace(/</g, '&lt;').replace(/>/g, '&gt;'));
    else if (isElement(next) && !isLeftOut(next)) {
      const { tagName, children } = next;
      if (SHOWN.has(tagName)) {
        parts.push(startTag(next));
        if (VOID.test(tagName)) continue;
        waiting.push(`</${tagName}>`);
      }
      for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i]);
    }
  }
  return parts.join('');
}

function startTag({ tagName, attribs }: DomElement): string {
  const kept = Object.entries(attribs).filter(
    ([name, value]) => SHOWN_ATTRIBUTES.has(name) && isAllowedAttribute(tagName, name, value),
  );
  // The parser drops a line end that a listing begins with.
  return `<${tagName}${kept.map(([name, value]) => attribute(name, value)).join('')}>${tagName === 'pre' ? '\n' : ''}`;
}

function attribute(name: string, value: string): string {
  return ` ${name}="${escaped(value).replace(/"/g, '&quot;')}"`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/\u00A0/g, '&nbsp;');
}
