// An index in two languages from the command line: made, checked whole, searched in either.

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Manifest, parseManifest } from '../format/manifest.ts';
import { latelight } from './latelight.fixture.ts';

let folder = '';
let output = '';
let english: Manifest;
let german: Manifest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-by-language-'));
  output = join(folder, 'site/latelight');
  await mkdir(join(folder, 'site/de'), { recursive: true });
  const page = (lang: string, text: string) => `<html lang="${lang}"><title>${text}</title><main><p>${text}</main>`;
  await writeFile(join(folder, 'site/index.html'), page('en', 'Bees sleep in winter, version 3.1.4.'));
  await writeFile(join(folder, 'site/de/index.html'), page('de', 'Bienen schlafen im Winter, Version 2.7.1.'));
  const indexed = await latelight('index', join(folder, 'site'), '--by-lang', '--no-webgpu', '--no-cache');
  expect(indexed).toMatchObject({ code: 0, out: expect.stringMatching(/languages +en 1, de 1/) });
  const read = async (name: string) => parseManifest(await readFile(join(output, name), 'utf8'));
  [english, german] = [await read('manifest.json'), await read('manifest.de.json')];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is inspected whole, and listed in the language that is asked for', async () => {
  const report = JSON.parse((await latelight('inspect', output, '--json')).out);
  expect(report).toMatchObject({
    pages: 1,
    passages: 1,
    lexiconBytes: english.lexicon?.[0].bytes,
    pagesBytes: english.pages.bytes,
    languages: {
      en: { manifest: 'manifest.json', pages: 1, passages: 1 },
      de: { manifest: 'manifest.de.json', pages: 1, passages: 1 },
    },
  });
  const inGerman = JSON.parse((await latelight('inspect', output, '--language', 'de-AT', '--json')).out);
  expect(inGerman).toMatchObject({ lexiconBytes: german.lexicon?.[0].bytes, scriptBytes: report.scriptBytes });
  expect((await latelight('inspect', output)).out).toMatch(/languages +en 1, de 1\npages +1 in en\n/);
});

it('does not pass the check when any file that a manifest names is changed or missing', async () => {
  const broken = join(folder, 'broken');
  await cp(output, broken, { recursive: true });
  for (const { lexicon = [], pages, fragments } of [english, german]) {
    for (const { file } of [lexicon[0], pages, fragments[0]]) {
      const bytes = await readFile(join(broken, file));
      await writeFile(
        join(broken, file),
        Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
      );
      const changed = await latelight('inspect', broken);
      expect(changed, file).toMatchObject({ code: 1, out: '', err: expect.stringContaining('[hash-mismatch]') });
      expect(changed.err).toContain(file);
      expect(changed.err).not.toContain('Reload');
      await rm(join(broken, file));
      expect(await latelight('inspect', broken), file).toMatchObject({
        code: 1,
        err: expect.stringContaining('[download-failed]'),
      });
      await writeFile(join(broken, file), bytes);
    }
  }
  expect((await latelight('inspect', broken)).code).toBe(0);
  await rm(join(broken, 'manifest.de.json'));
  expect(await latelight('inspect', broken)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/manifest\.de\.json/),
  });
});

it('is searched in one language, and the others are named', async () => {
  const found = await latelight('search', output, 'bees in winter', '--json');
  expect(JSON.parse(found.out).hits.map(({ url }: { url: string }) => url)).toEqual(['./']);
  expect(found.err).toContain('not searched: pages in de (--language <tag> chooses)');
  const inGerman = await latelight('search', output, 'Bienen im Winter', '--language', 'de', '--json');
  expect(JSON.parse(inGerman.out).hits.map(({ url }: { url: string }) => url)).toEqual(['de/']);
  expect(inGerman.err).toContain('not searched: pages in en');
});

it('refuses languages that it does not have, and what is no language', async () => {
  for (const command of [
    ['search', output, 'x'],
    ['inspect', output],
  ]) {
    expect(await latelight(...command, '--language', 'fr')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/expected a language of this index \(en, de\), got fr/),
    });
  }
  expect(await latelight('index', join(folder, 'site'), '--language', 'not one')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/a language tag such as en or pt-BR/),
  });
});

it('has the default language that it is told', async () => {
  const indexed = await latelight(
    ...['index', join(folder, 'site'), '--by-lang', '--language', 'de', '--no-webgpu', '--no-cache', '--json'],
  );
  expect(JSON.parse(indexed.out).languages).toMatchObject({
    de: { manifest: 'manifest.json' },
    en: { manifest: 'manifest.en.json' },
  });
});
