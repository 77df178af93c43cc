// The element's look, part by part; later ones win. Not .css files: the build would rewrite `light-dark()` for older browsers, and
// then a page's `color-scheme` would do nothing.

import { css, unsafeCSS } from 'lit';
import { baseStyles } from './base-styles.ts';
import { boxStyles } from './box-styles.ts';
import { errorStyles } from './error-styles.ts';
import { footStyles } from './foot-styles.ts';
import { markStyles } from './mark-styles.ts';
import { modalStyles } from './modal-styles.ts';
import { preferenceStyles } from './preference-styles.ts';
import { refineStyles } from './refine-styles.ts';
import { resultStyles } from './result-styles.ts';
import { startStyles } from './start-styles.ts';
import { wordStyles } from './word-styles.ts';

const parts = [
  baseStyles,
  boxStyles,
  footStyles,
  startStyles,
  wordStyles,
  refineStyles,
  resultStyles,
  markStyles,
  errorStyles,
  modalStyles,
  preferenceStyles,
];

/** A rem is the page's root's, which may have been made 10 px: what is in rem above is in parts of a size that a page can set. */
const ownRem = css`
  :host {
    --_rem: var(--latelight-font-size, 1rem);
  }
`;
const sized = parts.map(({ cssText }) => cssText.replace(/(-?[\d.]+)rem/g, 'calc($1 * var(--_rem))'));

export const styles = [ownRem, ...sized.map((text) => unsafeCSS(text))];
