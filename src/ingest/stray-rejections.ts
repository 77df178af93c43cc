// pdf.js drops promises of its own when a file is damaged. In Node a rejection that nobody hears of ends the process: while PDFs are read,
// and a moment longer, those of pdf.js are let go by, and all others do what they did.

interface NodeProcess {
  on(event: 'unhandledRejection', listener: (error: unknown) => void): void;
  off(event: 'unhandledRejection', listener: (error: unknown) => void): void;
  listenerCount(event: 'unhandledRejection'): number;
}

/** Its exceptions have names of their own, and no other package's are called so. */
const PDF_EXCEPTIONS =
  /^(XRefEntryException|XRefParseException|MissingDataException|FormatError|InvalidPDFException|ParserEOFException|UnknownErrorException)$/;

function isStrayPdfError(error: unknown): boolean {
  return error instanceof Error && PDF_EXCEPTIONS.test(error.name);
}

export async function withoutStrayRejections<T>(run: () => Promise<T>): Promise<T> {
  const { process: node } = globalThis as { process?: NodeProcess };
  if (typeof node?.on !== 'function') return run();
  const hear = (error: unknown) => {
    // With a listener Node no longer ends by itself.
    if (!isStrayPdfError(error) && node.listenerCount('unhandledRejection') === 1) throw error;
  };
  node.on('unhandledRejection', hear);
  try {
    return await run();
  } finally {
    // They come a turn of the event loop after what caused them.
    await new Promise((resolve) => setTimeout(resolve));
    node.off('unhandledRejection', hear);
  }
}
