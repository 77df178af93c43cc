// `for await` over a ReadableStream, where browsers lack it (Safari, WebKitGTK 2.50): pdf.js reads a page's text so. Imported before it, in each thread.

export async function* chunksOf<T>(stream: ReadableStream<T>): AsyncGenerator<T, void> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    // Whoever stops early wants no more of it. What has ended, or failed, takes no notice.
    await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

if (!(Symbol.asyncIterator in ReadableStream.prototype)) {
  Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, {
    configurable: true,
    writable: true,
    value(this: ReadableStream<unknown>) {
      return chunksOf(this);
    },
  });
}
