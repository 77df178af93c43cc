// A PDF as scanners make them: what is seen is a picture in JPEG 2000, over the words that were read from it.

import { expect, type Page } from '@playwright/test';
import { pdfOfObjects } from '../src/ingest/documents.fixture.ts';

/**
 * 8 x 8 pixels of one red. Made with Pillow 13.0.0 (OpenJPEG 2.5.4):
 * `Image.new('RGB', (8, 8), (200, 30, 30)).save(file, 'JPEG2000', no_jp2=True, num_resolutions=1, irreversible=False)`
 */
const RED =
  '/0//UQAvAAAAAAAIAAAACAAAAAAAAAAAAAAACAAAAAgAAAAAAAAAAAADBwEBBwEBBwEB/1IADAAAAAEAAAQEAAH/XAAEQED/ZAAlAAFDcmVhdGVkIGJ5IE9wZW5KUEVHIHZlcnNpb24gMi41LjT/kAAKAAAAAABNAAH/k8+0SBQAXKNlXbAAAwkI1QoYSEv/f8+0SBFQVK/9oYgAAAAYSEWYQMJCX8+0SBFQVK/9oYgAAAAYSEWYQMJCX//Z';

/** @returns a page that is red all over, in base64 */
export function scannedPage(words: string): string {
  const picture = Buffer.from(RED, 'base64').toString('latin1');
  const content = `BT /F1 11 Tf 72 720 Td (${words}) Tj ET q 595 0 0 842 0 0 cm /Scan Do Q`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /Scan 6 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    `<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /Filter /JPXDecode /Length ${picture.length} >>\nstream\n${picture}\nendstream`,
  ];
  return Buffer.from(pdfOfObjects(objects, { version: '1.5' }), 'latin1').toString('base64');
}

/** Resolves when the first page that is drawn shows the picture. */
export async function expectScan(page: Page): Promise<void> {
  const canvas = page.locator('latelight-reader .sheet canvas').first();
  const middle = () =>
    canvas.evaluate((drawn: HTMLCanvasElement) => {
      const context = drawn.getContext('2d')!;
      return [...context.getImageData(drawn.width / 2, drawn.height / 2, 1, 1).data];
    });
  await expect.poll(middle).toEqual([200, 30, 30, 255]);
}
