// A heading element -> its clean text and the fragment that leads to it.

import { hasLetterOrDigit, oneLine } from './clean-text.ts';
import { attribute, type DomElement, firstElement, hasClass, isElement, textOf } from './dom.ts';
import { mathText } from './inline-elements.ts';
import { isHidden } from './main-content.ts';
import { PERMALINK_CLASS } from './permalinks.ts';

const PERMALINK_TEXT = /^(link|permalink|anchor|direct link|copy link|link to (this )?(heading|section))\b/i;
// A run of marks is looked at from its first one alone: from each, the time would be quadratic in their number.
// The sign before a number is a law's own: "§ 12".
const MARKS_AROUND = /^(?:[#¶]\s+|§\s+(?!\p{N}))|\s*(?<![#¶§🔗])[#¶§🔗]+$/gu;
const UNREAD_TAGS = /^(script|style|template|noscript|svg|input|select|textarea|rt|rp)$/;
// The way to the page, which Doxygen puts into its heading.
const GROUPS_CLASS = /^ingroups$/;
const READING_TAGS = /^(rt|rp)$/;

/** Text of a heading without permalinks, icons and buttons beside it; '' when nothing readable is left. */
export function headingText(heading: DomElement): string {
  const whole = oneLine(textOf(heading, inPlace));
  const withoutExtras = oneLine(textOf(heading, (element) => inPlace(element) || isExtra(element)));
  // An accordion's heading is all button, a self-linked heading all link: then the "extra" is the heading.
  const text = hasLetterOrDigit(withoutExtras) ? withoutExtras : whole;
  return text.replace(MARKS_AROUND, (mark) => (/^\s*#+$/.test(mark) && /[A-Z]#$/.test(text) ? mark : '')).trim();
}

/** What renderers of Markdown make an id of: the readings and marks with it. */
export function headingSource(heading: DomElement): string {
  return oneLine(textOf(heading, (element) => isUnread(element) && !READING_TAGS.test(element.tagName)));
}

/** What stands in the place of an element that is not read as it is. */
function inPlace(element: DomElement): boolean | string {
  return isUnread(element) || (element.tagName === 'math' && mathText(element));
}

function isUnread(element: DomElement): boolean {
  return (
    UNREAD_TAGS.test(element.tagName) || isHidden(element) || isDrawnFormula(element) || hasClass(element, GROUPS_CLASS)
  );
}

/** KaTeX's, which stands as MathML before it. */
function isDrawnFormula({ prev, attribs }: DomElement): boolean {
  return attribs.class === 'katex-html' && isElement(prev) && prev.attribs.class === 'katex-mathml';
}

function isExtra(element: DomElement): boolean {
  if (element.tagName === 'button') return true;
  const text = textOf(element);
  const hiddenFromReaders = attribute(element, 'aria-hidden') === 'true';
  if (element.tagName !== 'a') return hiddenFromReaders && !hasLetterOrDigit(text);
  if (hiddenFromReaders || hasClass(element, PERMALINK_CLASS)) return true;
  const samePage = (attribute(element, 'href') ?? '').startsWith('#');
  return samePage && (!hasLetterOrDigit(text) || PERMALINK_TEXT.test(oneLine(text)));
}

/** The heading's own id, or the id or name of something inside it. */
export function headingAnchor(heading: DomElement): string | undefined {
  // A copy button in the heading has an id too, but not one to link to.
  const inside = firstElement(
    heading,
    (element) => /^(a|span)$/.test(element.tagName) && elementAnchor(element) !== undefined,
  );
  return elementAnchor(heading) ?? (inside && elementAnchor(inside));
}

/** The fragment that scrolls to this element, if there is one. */
export function elementAnchor(element: DomElement): string | undefined {
  const id = attribute(element, 'id')?.trim();
  if (id) return id;
  // Only <a> has the old `name`; on <meta> and form controls it means something else.
  return (element.tagName === 'a' && attribute(element, 'name')?.trim()) || undefined;
}
