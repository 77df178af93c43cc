// Files of a zip that is not what it says: its directory is written by whoever made it.

import { expect, it } from 'vitest';
import { bytesOf, zipFile } from '../../ingest/documents.fixture.ts';
import { ArchiveFolder } from './archive-folder.ts';

/** Where the directory at the end says how many bytes an entry unpacks to. */
const sizeIn = (zip: Uint8Array, name: string) => Buffer.from(zip).lastIndexOf(name) - 46 + 24;

const MANIFEST = '{"format":"latelight"}';

const open = (zip: Uint8Array) => ArchiveFolder.open(new Blob([zip as BlobPart]));

it('a file is read up to the size that is asked for', async () => {
  const folder = await open(zipFile({ 'a/manifest.json': MANIFEST, 'a/pages/0': bytesOf('x'.repeat(1000)) }));
  expect(await folder.text('manifest.json')).toBe(MANIFEST);
  expect((await folder.blob('pages/0', 1000)).size).toBe(1000);
  await expect(folder.blob('pages/0', 999)).rejects.toMatchObject({ code: 'bad-option' });
  await expect(folder.blob('pages/1', 999)).rejects.toThrow('got none');
});

it('a file that is larger than the zip says is not taken for one that is small enough', async () => {
  const zip = zipFile({ 'manifest.json': MANIFEST, 'pages/0': bytesOf('x'.repeat(100_000)) });
  new DataView(zip.buffer, zip.byteOffset).setUint32(sizeIn(zip, 'pages/0'), 10, true);
  const folder = await open(zip);
  await expect(folder.blob('pages/0', 1000)).rejects.toThrow(/pages\/0 as it was packed, got a damaged one/);
});

it('an index is found where it was packed, whatever other programs put beside it', async () => {
  const theirs = '{"id":"calendar"}';
  for (const root of ['', 'search/', 'dist/search/']) {
    const folder = await open(
      zipFile({
        '.vscode/manifest.json': theirs,
        '__MACOSX/manifest.json': theirs,
        [`${root}manifest.json`]: MANIFEST,
        [`${root}docs/manifest.json`]: theirs,
        [`${root}docs/a.html`]: 'A',
      }),
    );
    expect(await (await folder.blob('docs/a.html', 9)).text()).toBe('A');
  }
  const site = zipFile({
    'index.html': '',
    'manifest.json': theirs,
    'search/manifest.json': MANIFEST,
    'search/a': 'A',
  });
  expect((await open(site)).has('a')).toBe(true);
});

it('a zip of notes or of other documents is no index: what to do is said, not what its programs keep', async () => {
  const plugin = '.obsidian/plugins/calendar/manifest.json';
  const zips: Record<string, string>[] = [
    { [`Vault/${plugin}`]: MANIFEST, 'Vault/Daily/1.md': '# 1' },
    { [plugin]: '{"id":"calendar"}', 'Daily/1.md': '# 1' },
    { 'manifest.json': '{"name":"app"}', 'index.html': '' },
    { 'manifest.json': 'null', 'a.md': '' },
    { 'manifest.json': 'no JSON', 'a.md': '' },
    { 'a.md': '', 'sites/mine/search/manifest.json': MANIFEST },
    { '.hidden': '' },
  ];
  for (const files of zips)
    await expect(open(zipFile(files)), JSON.stringify(files)).rejects.toThrow(
      'unpack it and drop the folder on the page',
    );
});
