import { afterEach, expect, test, vi } from 'vitest';
import { pageOf, pdfFile } from './documents.fixture.ts';

const native = Object.getOwnPropertyDescriptor(ReadableStream.prototype, Symbol.asyncIterator)!;

afterEach(() => {
  Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, native);
});

/** As in Safari. */
async function withoutNative(): Promise<void> {
  delete (ReadableStream.prototype as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator];
  vi.resetModules();
  await import('./stream-iteration.ts');
}

function streamOf(chunks: number[], onCancel = () => {}): ReadableStream<number> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: onCancel,
  });
}

test('a stream gives its chunks in order, and is free afterwards', async () => {
  await withoutNative();
  const stream = streamOf([1, 2, 3]);
  const got: number[] = [];
  for await (const chunk of stream) got.push(chunk);
  expect(got).toEqual([1, 2, 3]);
  expect(stream.locked).toBe(false);
});

test('who stops early cancels the rest', async () => {
  await withoutNative();
  const onCancel = vi.fn();
  for await (const chunk of streamOf([1, 2, 3], onCancel)) {
    expect(chunk).toBe(1);
    break;
  }
  expect(onCancel).toHaveBeenCalledOnce();
});

test('an error of the stream is thrown where it is read', async () => {
  await withoutNative();
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error('cut off')) });
  await expect(async () => {
    for await (const _ of broken);
  }).rejects.toThrow('cut off');
});

test('where browsers have it, theirs is left alone', async () => {
  vi.resetModules();
  await import('./stream-iteration.ts');
  expect(Object.getOwnPropertyDescriptor(ReadableStream.prototype, Symbol.asyncIterator)).toEqual(native);
});

test('a PDF is read without it', async () => {
  delete (ReadableStream.prototype as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator];
  vi.resetModules();
  const { parsePdf } = await import('./pdf.ts');
  const { sections } = await parsePdf(
    'lease.pdf',
    pdfFile({ pages: [pageOf('The landlord pays for the new boiler.')] }),
  );
  expect(JSON.stringify(sections)).toContain('boiler');
});
