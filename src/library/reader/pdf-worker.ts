// Where PDFs are parsed. A module of our own, so that it is bundled as the other workers are.

import 'pdfjs-dist/build/pdf.worker.min.mjs';
