// The reader's look; colours and buttons are those of the search element.

import { baseStyles } from '../../../element/styles/base-styles.ts';
import { documentStyles } from './document-styles.ts';
import { pdfStyles } from './pdf-styles.ts';
import { toolbarStyles } from './toolbar-styles.ts';

export const styles = [baseStyles, toolbarStyles, documentStyles, pdfStyles];
