// The element's look, part by part; later ones win. Not .css files: the build would rewrite `light-dark()` for older browsers, and
// then a page's `color-scheme` would do nothing.

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

export const styles = [
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
