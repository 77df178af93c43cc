// pdf.js's worker code, loaded to be called and not to take over the worker it finds itself in: it would, seeing no `window`,
// answer every message that the page sends. The imports run in this order, without a pause in between.

import './pdf-window-on.ts';
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
import './pdf-window-off.ts';
