// Elements inside a line that become other text than they hold: images, mathematics, footnote marks, listings.

import { codeLines, hasLetterOrDigit, oneLine } from './clean-text.ts';
import {
  attribute,
  type DomElement,
  type DomNode,
  firstElement,
  headingLevel,
  isBlock,
  isElement,
  textOf,
  walk,
} from './dom.ts';
import { isPermalinkMark } from './permalinks.ts';

const BADGE =
  /(shields\.io|badgen\.net|badge|\/workflows\/|codecov\.io|coveralls\.io|travis-ci|snyk\.io|opencollective\.com)/i;
const FILE_NAME = /^\S+\.(png|jpe?g|gif|svg|webp|avif)$/i;

const LOGO_MARKS = /[[\]]|\blogo\b/gi;

export function isBadge(image: DomElement): boolean {
  return BADGE.test(attribute(image, 'src') ?? '');
}

/**
 * An image is its alt text in square brackets, so that a reader of the passage can tell it from the prose. Badges, file
 * names and decoration are nothing; a picture of an emoji is the emoji.
 */
export function imageText(image: DomElement): string {
  const alt = oneLine(attribute(image, 'alt') ?? '');
  if (alt === '' || isBadge(image) || FILE_NAME.test(alt) || attribute(image, 'role') === 'presentation') return '';
  return hasLetterOrDigit(alt) ? `[${alt}]` : alt;
}

/** "Harbour" of a page that begins with the picture "Harbour logo", as a README may; '' where it begins otherwise. */
export function leadingLogo(root: DomElement): string {
  let name: string | undefined;
  walk(root, (node) => {
    if (name !== undefined) return false;
    if (node.type === 'text' && hasLetterOrDigit(node.data)) name = '';
    if (isElement(node) && headingLevel(node) > 0) name = '';
    if (isElement(node) && node.tagName === 'img' && !isBadge(node)) name = imageText(node).replace(LOGO_MARKS, '');
    return true;
  });
  return oneLine(name ?? '');
}

/** MathML carries the same formula twice; the TeX source is the one people type. */
export function mathText(math: DomElement): string {
  const source = firstElement(math, (element) => /x-tex/.test(attribute(element, 'encoding') ?? ''));
  return oneLine(textOf(source ?? math));
}

/** "[3]" or "3" in superscript that only links to a footnote of this page. */
export function isFootnoteMark(sup: DomElement): boolean {
  const link = firstElement(sup, (element) => element.tagName === 'a');
  const target = link && attribute(link, 'href');
  return target?.startsWith('#') === true && /^[[(]?[\p{L}\p{N}*†‡]{1,4}[\])]?$/u.test(oneLine(textOf(sup)));
}

/** Text of a cell on one line, its blocks as a list: "read, write". A `<br>` may only break a line that is too long. */
export function cellText(cell: DomElement, isDropped: (element: DomElement) => boolean): string {
  let text = '';
  const stack: (DomNode | '\n')[] = [...cell.children].reverse();
  while (stack.length > 0) {
    const node = stack.pop() as DomNode | '\n';
    if (node === '\n') text += node;
    else if (node.type === 'text') text += node.data.replace(/\s+/g, ' ');
    else if (isElement(node) && !isDropped(node)) {
      const inPlace = inlineText(node);
      if (inPlace !== undefined) {
        text += inPlace;
        continue;
      }
      const around = isBlock(node) || headingLevel(node) > 0 ? ['\n' as const] : [];
      for (const part of [...around, ...[...node.children].reverse(), ...around]) stack.push(part);
    }
  }
  const parts = text.split('\n').map(oneLine);
  return parts.filter((part) => part !== '').reduce((line, part) => line + gapBetween(line, part) + part, '');
}

function gapBetween(line: string, part: string): string {
  if (line === '') return '';
  return /[\p{P}→=]$/u.test(line) || /^[\p{P}→=]/u.test(part) ? ' ' : ', ';
}

/** What stands in the place of an element; undefined where that is what it holds. */
function inlineText(element: DomElement): string | undefined {
  switch (element.tagName) {
    case 'br':
      return ' ';
    case 'img':
      return imageText(element);
    case 'math':
      return ` ${mathText(element)} `;
    case 'sup':
      return isFootnoteMark(element) ? '' : undefined;
    case 'a':
      return isPermalinkMark(element) ? '' : undefined;
    default:
      return undefined;
  }
}

const LINE_ELEMENTS = /^(div|p|li|tr)$/;

/** Text of a listing, a line per line, whether the highlighter ends lines with newlines, `<br>` or an element each. */
export function preformattedText(pre: DomElement, isDropped: (element: DomElement) => boolean): string {
  let text = '';
  walk(pre, (node) => {
    if (node.type === 'text') text += node.data;
    if (!isElement(node)) return true;
    if (isDropped(node) || isPermalinkMark(node)) return false;
    if (node.tagName === 'br' || (LINE_ELEMENTS.test(node.tagName) && text !== '' && !text.endsWith('\n')))
      text += '\n';
    return true;
  });
  return codeLines(text);
}
