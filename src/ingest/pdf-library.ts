// pdfjs-dist, set up to run inside the thread that asks: no Worker of its own, no DOM, no network, no eval. The legacy build,
// because Node 20 and Safari before 17.4 lack what the modern one uses (Promise.withResolvers); it is 7% larger.

import './stream-iteration.ts';

type PdfLibrary = typeof import('pdfjs-dist/legacy/build/pdf.mjs');

let loading: Promise<PdfLibrary> | undefined;

export function pdfLibrary(): Promise<PdfLibrary> {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<PdfLibrary> {
  // Drawing wants a matrix when the module loads; nothing is drawn here. In Node pdf.js still loads the native @napi-rs/canvas where it is
  // installed, and warns where it is not: docs/decisions/0011-documents.md.
  const scope: { DOMMatrix?: unknown } = globalThis;
  scope.DOMMatrix ??= class {};
  // Sets globalThis.pdfjsWorker, which pdf.mjs then uses instead of spawning a Worker.
  await import('./pdf-worker-here.ts');
  return import('pdfjs-dist/legacy/build/pdf.mjs');
}
