// Where PDFs are parsed. A module of our own, so that it is bundled as the other workers are. The legacy build, for browsers of the years
// before (src/ingest/pdf-library.ts).

import '../../ingest/stream-iteration.ts';
import 'pdfjs-dist/legacy/build/pdf.worker.min.mjs';
