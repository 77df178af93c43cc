// What is used of a module of pdfjs-dist that has no types of its own.

declare module 'pdfjs-dist/legacy/build/pdf.worker.mjs' {
  export const WorkerMessageHandler: unknown;
}
