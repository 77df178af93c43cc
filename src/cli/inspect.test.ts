// `latelight inspect` refuses what a search could not open, also where every file has the hash that the manifest names.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FileRef, Manifest } from '../format/manifest.ts';
import { sha256Hex } from '../format/sha256.ts';
import type { InspectReport } from './commands/inspect-command.ts';
import { latelight } from './latelight.fixture.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-inspect-'));
  await mkdir(join(folder, 'site'));
  await writeFile(
    join(folder, 'site/bees.html'),
    '<title>Bees</title><main data-latelight-filter="topic:bees"><p>Bees make honey.</p></main>',
  );
  const made = await latelight('index', join(folder, 'site'), '-o', join(folder, 'index'), '--no-webgpu', '--no-cache');
  expect(made.code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('counts every byte of the folder in one row, also of files that are stored in parts', async () => {
  const index = join(folder, 'gpu-index');
  const made = await latelight('index', join(folder, 'site'), '-o', index, '--no-cache', '--json');
  const files = await readdir(index, { recursive: true });
  expect(files.some((name) => /\.2\.\w+$/.test(name))).toBe(true);
  const report: InspectReport = JSON.parse((await latelight('inspect', index, '--json')).out);
  const { codeBytesPerPassage: _passage, codeBytesPerToken: _token, ...rows } = report;
  const bytes = Object.entries(rows).flatMap(([name, value]) => (name.endsWith('Bytes') ? Number(value) : []));
  expect(bytes.reduce((sum, one) => sum + one)).toBe(JSON.parse(made.out).totalBytes);
});

it('counts what else was put into the folder apart from the page and its scripts', async () => {
  const index = join(folder, 'shared');
  await cp(join(folder, 'index'), index, { recursive: true });
  const { scriptBytes } = JSON.parse((await latelight('inspect', index, '--json')).out) as InspectReport;
  await mkdir(join(index, 'docs'));
  await writeFile(join(index, 'docs/page.html'), 'x'.repeat(1000));
  expect(JSON.parse((await latelight('inspect', index, '--json')).out)).toMatchObject({
    scriptBytes,
    otherBytes: 1000,
  });
  expect((await latelight('inspect', index)).out).toMatch(/what else is in the folder +1\.00 kB/);
  expect((await latelight('inspect', join(folder, 'index'))).out).not.toContain('what else');
});

/** Another content under the name of a file, with its true hash in the manifest. */
async function put(index: string, ref: FileRef, content: string): Promise<void> {
  const bytes = new TextEncoder().encode(content);
  await writeFile(join(index, ref.file), bytes);
  Object.assign(ref, { bytes: bytes.length, sha256: await sha256Hex(bytes) });
}

type Change = (manifest: Manifest, index: string) => Promise<void> | void;
const CHANGES: [string, RegExp, Change][] = [
  [
    "blocks of a shard that are not the manifest's",
    /\[bad-shard\] shards\/\S+: expected 1 passages in (\d+) blocks, as the manifest says, got 1 in (?!\1)\d+\. Index the site again/,
    ({ shards }) => void shards[0].blockCount--,
  ],
  [
    'rows of a shard, likewise',
    /\[bad-manifest\] manifest: expected 1 pages and (\d+) rows, as the files have, got 1 and (?!\1)\d+\. Index/,
    ({ shards }) => void shards[0].rowCount++,
  ],
  [
    'pages, likewise',
    /\[bad-manifest\] manifest: expected 1 pages and (\d+) rows, as the files have, got 2 and \1\. Index/,
    (manifest) => void manifest.pageCount++,
  ],
  ['a codec that is none', /\[bad-codec\]/, ({ codec }, index) => put(index, codec, 'no codec')],
  [
    'filters of passages that are not there',
    /\[bad-manifest\] filters/,
    ({ filters }, index) => put(index, filters!, '{"topic":{"bees":[0,9]}}'),
  ],
  [
    'words of other rows than a passage has',
    /\[bad-fragment\] fragments\/\S+: expected words for the (\d+) rows of passage 0, got them for 1\./,
    async ({ fragments }, index) => {
      const fragment = JSON.parse(await readFile(join(index, fragments[0].file), 'utf8'));
      fragment.passages[0].rowWords.length = 1;
      await put(index, fragments[0], JSON.stringify(fragment));
    },
  ],
];

it.each(CHANGES)('refuses %s', async (_what, message, change) => {
  const index = join(folder, 'changed');
  await rm(index, { recursive: true, force: true });
  await cp(join(folder, 'index'), index, { recursive: true });
  expect(await latelight('inspect', index)).toMatchObject({ code: 0, out: expect.stringContaining('all match') });
  const path = join(index, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  await change(manifest, index);
  await writeFile(path, JSON.stringify(manifest));
  expect(await latelight('inspect', index)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(message) });
});
