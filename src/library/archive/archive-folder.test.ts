// Files of a zip that is not what it says: its directory is written by whoever made it.

import { expect, it } from 'vitest';
import { bytesOf, zipFile } from '../../ingest/documents.fixture.ts';
import { ArchiveFolder } from './archive-folder.ts';

/** Where the directory at the end says how many bytes an entry unpacks to. */
const sizeIn = (zip: Uint8Array, name: string) => Buffer.from(zip).lastIndexOf(name) - 46 + 24;

const open = (zip: Uint8Array) => ArchiveFolder.open(new Blob([zip as BlobPart]));

it('a file is read up to the size that is asked for', async () => {
  const folder = await open(zipFile({ 'a/manifest.json': '{}', 'a/pages/0': bytesOf('x'.repeat(1000)) }));
  expect(await folder.text('manifest.json')).toBe('{}');
  expect((await folder.blob('pages/0', 1000)).size).toBe(1000);
  await expect(folder.blob('pages/0', 999)).rejects.toMatchObject({ code: 'bad-option' });
  await expect(folder.blob('pages/1', 999)).rejects.toThrow('got none');
});

it('a file that is larger than the zip says is not taken for one that is small enough', async () => {
  const zip = zipFile({ 'manifest.json': '{}', 'pages/0': bytesOf('x'.repeat(100_000)) });
  new DataView(zip.buffer, zip.byteOffset).setUint32(sizeIn(zip, 'pages/0'), 10, true);
  const folder = await open(zip);
  await expect(folder.blob('pages/0', 1000)).rejects.toThrow(/pages\/0 as it was packed, got a damaged one/);
});
