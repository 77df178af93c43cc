// The Node API from end to end: real model, real files, few pages.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../cli/run.ts';
import { readFragment } from '../format/fragment.ts';
import { type Manifest, parseManifest } from '../format/manifest.ts';
import { type CreateIndexOptions, createIndex, type ModelOverrides, type SearchIndexBuilder } from './index.ts';

const TIMEOUT_PAGE =
  '<html lang="en"><title>Timeouts</title><main><h1>Timeouts</h1><h2 id="request">Request timeout</h2><p>Set requestTimeout to cut off slow clients.</p></main>';
const GARDEN_PAGE = '# Garden\n\nTomatoes want sun, warm soil and water in the morning.\n';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-node-'));
  await mkdir(join(folder, 'site/guide'), { recursive: true });
  await writeFile(join(folder, 'site/timeout.html'), TIMEOUT_PAGE);
  await writeFile(join(folder, 'site/guide/garden.md'), GARDEN_PAGE);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Without what every index has alike: 51 MB less to write. */
async function using<T>(options: CreateIndexOptions, work: (index: SearchIndexBuilder) => Promise<T>): Promise<T> {
  const index = await createIndex({ webgpu: false, cache: join(folder, 'cache.jsonl'), ...options });
  try {
    return await work(index);
  } finally {
    await index.close();
  }
}

async function contents(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.slice(root.length + 1), (await readFile(path)).toString('base64'));
  }
  return files;
}

async function readManifest(output: string, name = 'manifest.json'): Promise<Manifest> {
  return parseManifest(await readFile(join(output, name), 'utf8'));
}

async function passagesOf(output: string, manifest: Manifest) {
  const files = await Promise.all(
    manifest.fragments.map(async ({ file, passageCount }) =>
      readFragment(new Uint8Array(await readFile(join(output, file))), passageCount),
    ),
  );
  return files.flat();
}

describe('createIndex', () => {
  it('writes byte for byte what the command line writes of the same folder', async () => {
    const byCli = join(folder, 'by-cli');
    const io = { out: () => undefined, err: () => undefined, interactive: false, signal: new AbortController().signal };
    expect(await run(['index', join(folder, 'site'), '-o', byCli, '--no-webgpu', '--no-cache'], io)).toBe(0);
    const output = join(folder, 'by-api');
    await using({}, async (index) => {
      expect(await index.addDirectory(join(folder, 'site'))).toMatchObject({ files: 2, pages: 2, passages: 2 });
      expect(await index.write(output)).toMatchObject({ output, pages: 2, passages: 2, reused: 0 });
    });
    expect(await contents(output)).toEqual(await contents(byCli));
  });

  it('cleans a record of what is not seen, as it does a file', async () => {
    const output = join(folder, 'unseen');
    await using({}, async (index) => {
      const [title, headings] = ['Har\x1b[2Jbour\n', ['Sh\x07ips\u202e']];
      await index.addRecord({ url: 'a', title, headings, content: 'Three\x1b]0;x\x07 ships\u200b came\tin.' });
      await index.write(output);
    });
    expect(await passagesOf(output, await readManifest(output))).toMatchObject([
      { title: 'Har[2Jbour', headings: ['Ships'], text: 'Three]0;x ships came in.' },
    ]);
  });

  it('gives the same index whatever the order of adding, with the passages of a page together', async () => {
    const long = Array.from({ length: 30 }, (_, i) => `Paragraph ${i} tells of the harbour and its ${i} ships.`).join(
      '\n\n',
    );
    const steps: ((index: SearchIndexBuilder) => Promise<unknown>)[] = [
      (index) => index.addDirectory(join(folder, 'site')),
      (index) =>
        index.addRecord({ url: 'guide/harbour.html#ships', title: 'Harbour', content: long, headings: ['Ships'] }),
      (index) =>
        index.addRecord({ url: '/guide/harbour.html', title: 'Harbour', content: long, meta: { image: 'a.png' } }),
      (index) => index.addRecord({ url: 'guide/#more', title: 'Guide', content: 'More on where to begin.' }),
      (index) =>
        index.addHTMLFile({ url: '/guide/', content: '<title>Guide</title><main><p>Where to begin.</p></main>' }),
      (index) => index.addMarkdownFile({ sourcePath: 'guide/harbour-map.md', content: '# Map\n\nNorth is up.\n' }),
    ];
    const made: Map<string, string>[] = [];
    for (const [i, order] of [steps, [...steps].reverse()].entries()) {
      const output = join(folder, `order-${i}`);
      // At once, as programs do: calls take effect in their order.
      await using({ title: 'Order' }, (index) =>
        Promise.all([...order.map((step) => step(index)), index.write(output)]),
      );
      made.push(await contents(output));
    }
    expect(made[1]).toEqual(made[0]);
    const output = join(folder, 'order-0');
    const manifest = await readManifest(output);
    const urls = (await passagesOf(output, manifest)).map(({ url }) => url);
    const runs = urls.filter((url, i) => url !== urls[i - 1]);
    expect(runs).toEqual([
      'guide/',
      'guide/#more',
      'guide/garden.md#garden',
      'guide/harbour-map.md#map',
      'guide/harbour.html',
      'guide/harbour.html#ships',
      'timeout.html#request',
    ]);
    expect(urls.length).toBeGreaterThan(runs.length);
    expect(manifest.pageCount).toBe(5);
  });

  it('keeps the later page of two with one address, and says so', async () => {
    const output = join(folder, 'replaced');
    await using({}, async (index) => {
      await index.addDirectory(join(folder, 'site'));
      const added = await index.addHTMLFile({
        url: 'timeout.html',
        sourcePath: 'late.html',
        content: TIMEOUT_PAGE.replace('slow', 'lazy'),
      });
      expect(added.warnings).toEqual([
        { path: 'late.html', message: 'takes the place of timeout.html: both have the address timeout.html' },
      ]);
      expect(await index.write(output)).toMatchObject({ pages: 2, passages: 2 });
    });
    const texts = (await passagesOf(output, await readManifest(output))).map(({ text }) => text);
    expect(texts.join('\n')).toContain('lazy clients');
    expect(texts.join('\n')).not.toContain('slow clients');
  });

  it('leads back to the root of the folder it is written into, and takes an address that is given as it is', async () => {
    await using({}, async (index) => {
      await index.addDirectory(join(folder, 'site'), { exclude: ['search/**'] });
      await index.addHTMLFile({
        url: 'read/me',
        content: '<title>Read</title><main><h2 id="on">On</h2><p>Reading on and on.</p></main>',
      });
      await index.addMarkdownFile({
        url: 'sea%20side/',
        sourcePath: 'source/b.md',
        content: '# Sea\n\nBy the sea.\n\n![A boat](boat.png)\n',
      });
      await index.write(join(folder, 'site/search'));
    });
    const manifest = await readManifest(join(folder, 'site/search'));
    expect(manifest.siteRoot).toBe('../');
    const passages = await passagesOf(join(folder, 'site/search'), manifest);
    expect(passages.map(({ url }) => url)).toContain('read/me#on');
    expect(passages.find(({ url }) => url === 'sea%20side/#sea')?.meta.image).toBe('sea%20side/boat.png');
    await rm(join(folder, 'site/search'), { recursive: true });
  });

  it('skips what asks not to be found or has no text, and reads strings as the text they are', async () => {
    await using({}, async (index) => {
      expect(
        await index.addHTMLFile({
          url: 'a.html',
          content: '<meta name="robots" content="noindex"><p>Hidden text.</p>',
        }),
      ).toMatchObject({ pages: 0, skipped: [{ path: 'a.html', reason: 'robots noindex' }] });
      expect(await index.addRecord({ url: 'b', title: 'B', content: ' \n\n ' })).toMatchObject({
        pages: 0,
        passages: 0,
      });
      await index.addHTMLFile({
        url: 'c.html',
        content: '<meta charset="windows-1251"><title>Café</title><main><p>Déjà vu.</p></main>',
      });
      await index.write(join(folder, 'text'));
    });
    const [passage] = await passagesOf(join(folder, 'text'), await readManifest(join(folder, 'text')));
    expect([passage.title, passage.text]).toEqual(['Café', 'Déjà vu.']);
  });

  it('leaves out unmarked pages once one marks its body, but no records', async () => {
    await using({}, async (index) => {
      await index.addHTMLFile({
        url: 'marked.html',
        content: '<title>M</title><div data-latelight-body><p>Marked text.</p></div>',
      });
      await index.addDirectory(join(folder, 'site'));
      await index.addRecord({ url: 'record', title: 'R', content: 'Recorded text.' });
      const written = await index.write(join(folder, 'marked'));
      expect(written.pages).toBe(2);
      expect(written.skipped.map(({ path }) => path)).toEqual(['guide/garden.md', 'timeout.html']);
    });
  });

  it('gives the files that it would write, manifest last, and leaves no temporary folder', async () => {
    const output = join(folder, 'written');
    const before = await readdir(tmpdir());
    await using({ siteRoot: '../', title: 'Files' }, async (index) => {
      await index.addDirectory(join(folder, 'site'));
      const files = new Map<string, string>();
      for await (const { path, content } of index.getFiles()) files.set(path, Buffer.from(content).toString('base64'));
      await index.write(output);
      expect(files).toEqual(await contents(output));
      expect([...files.keys()].at(-1)).toBe('manifest.json');
      for await (const { path } of index.getFiles()) {
        expect(path).not.toBe('');
        break;
      }
    });
    const left = (await readdir(tmpdir())).filter(
      (name) => name.startsWith('latelight-files-') && !before.includes(name),
    );
    expect(left).toEqual([]);
  });

  it('keeps what it encoded for the next run, not in the folder of the site, and says where', async () => {
    vi.stubEnv('LATELIGHT_CACHE', join(folder, 'caches'));
    const dist = join(folder, 'dist');
    const build = async () => {
      await rm(dist, { recursive: true, force: true });
      await mkdir(dist);
      await writeFile(join(dist, 'timeout.html'), TIMEOUT_PAGE);
      return using({ cache: true }, async (index) => {
        await index.addDirectory(dist);
        return index.write(join(dist, 'latelight'));
      });
    };
    const first = await build();
    expect(first).toMatchObject({ reused: 0, cache: expect.stringContaining(join(folder, 'caches')) });
    expect((await readdir(dist)).sort()).toEqual(['latelight', 'timeout.html']);
    expect(await build()).toMatchObject({ reused: 1, cache: first.cache });
    vi.unstubAllEnvs();
  });

  it('leaves a file alone that was named for the cache and is none', async () => {
    const cache = join(folder, 'notes.txt');
    await writeFile(cache, 'my notes');
    await using({ cache }, async (index) => {
      await index.addDirectory(join(folder, 'site'));
      const refused = {
        code: 'bad-option',
        message: expect.stringMatching(/notes\.txt to be a cache of encoded passages/),
      };
      await expect(index.write(join(folder, 'refused'))).rejects.toMatchObject(refused);
      await expect(index.getFiles().next()).rejects.toMatchObject(refused);
    });
    expect(await readFile(cache, 'utf8')).toBe('my notes');
    const inside = join(folder, 'refused/passages.jsonl');
    await using({ cache: inside }, async (index) => {
      await index.addDirectory(join(folder, 'site'));
      await expect(index.write(join(folder, 'refused'))).rejects.toThrow(/outside of .*refused, which is replaced/);
    });
    expect(await readdir(folder)).not.toContain('refused');
  });

  it('reports passages as they are encoded, and stops when it is told to', async () => {
    const seen: [number, number][] = [];
    await using({ cache: false, onProgress: ({ done, total }) => seen.push([done, total]) }, async (index) => {
      await index.addDirectory(join(folder, 'site'));
      await index.write(join(folder, 'progress'));
    });
    expect(seen).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    const controller = new AbortController();
    const output = join(folder, 'stopped');
    await using({ cache: false, signal: controller.signal, onProgress: () => controller.abort() }, async (index) => {
      await index.addDirectory(join(folder, 'site'));
      await expect(index.write(output)).rejects.toMatchObject({ code: 'aborted', name: 'AbortError' });
    });
    expect((await readdir(folder)).filter((name) => /stopped|\.tmp$|\.old$/.test(name))).toEqual([]);
  });
});

describe('an index by language', () => {
  it('is one folder of shared files with a manifest for each, named in the first', async () => {
    const output = join(folder, 'languages');
    await using({ splitByLang: true, language: 'en' }, async (index) => {
      await index.addDirectory(join(folder, 'site'), {
        language: (path) => (path.startsWith('guide/') ? 'de' : undefined),
      });
      await index.addHTMLFile({
        url: 'fr/delai.html',
        content: '<html lang="fr-fr"><title>Délais</title><main><p>Les clients lents sont coupés.</p></main>',
      });
      await index.addRecord({ url: 'plain', title: 'Plain', content: 'No language is named here.' });
      const { languages, files } = await index.write(output);
      expect(languages).toEqual({
        en: { manifest: 'manifest.json', pages: 2, passages: 2 },
        de: { manifest: 'manifest.de.json', pages: 1, passages: 1 },
        'fr-FR': { manifest: 'manifest.fr-FR.json', pages: 1, passages: 1 },
      });
      expect(new Set(files).size).toBe(files.length);
      expect(files.slice(-3).sort()).toEqual(['manifest.de.json', 'manifest.fr-FR.json', 'manifest.json']);
      expect(files.at(-1)).toBe('manifest.json');
    });
    const english = await readManifest(output);
    const french = await readManifest(output, 'manifest.fr-FR.json');
    expect(english.languages).toEqual({ en: 'manifest.json', de: 'manifest.de.json', 'fr-FR': 'manifest.fr-FR.json' });
    expect(french.languages).toBeUndefined();
    expect([english.language, french.language]).toEqual(['en', 'fr-FR']);
    expect(french.queryEncoder.weights).toEqual(english.queryEncoder.weights);
    expect((await passagesOf(output, french)).map(({ url }) => url)).toEqual(['fr/delai.html']);
    const files = [...(await contents(output)).keys()];
    expect(files.filter((file) => /\.onnx$|\.wasm$/.test(file)).length).toBe(2);
  });

  it('is one of a canonical tag where all pages are in one', async () => {
    const output = join(folder, 'one-language');
    await using({ language: 'pt_br' }, async (index) => {
      await index.addRecord({ url: 'plain', title: 'Plain', content: 'No language is named here.' });
      await index.write(output);
    });
    expect((await readManifest(output)).language).toBe('pt-BR');
  });

  it('is what the command line makes with --by-lang', async () => {
    const output = join(folder, 'by-lang');
    let out = '';
    const io = {
      out: (text: string) => {
        out += text;
      },
      err: () => undefined,
      interactive: false,
      signal: new AbortController().signal,
    };
    await writeFile(
      join(folder, 'site/seite.html'),
      '<html lang="de"><title>Seite</title><main><p>Eine Seite.</p></main>',
    );
    expect(await run(['index', join(folder, 'site'), '-o', output, '--no-webgpu', '--by-lang', '--json'], io)).toBe(0);
    await rm(join(folder, 'site/seite.html'));
    expect(JSON.parse(out).languages).toEqual({
      de: { manifest: 'manifest.json', pages: 2, passages: 2 },
      en: { manifest: 'manifest.en.json', pages: 1, passages: 1 },
    });
  });
});

describe('addDirectory', () => {
  it('reads what include names besides pages, and tells what it left out and which globs are of no use', async () => {
    const mixed = join(folder, 'mixed');
    await mkdir(mixed);
    await writeFile(join(mixed, 'garden.md'), GARDEN_PAGE);
    await writeFile(join(mixed, 'notes.txt'), 'Bees sleep in winter.');
    await writeFile(join(mixed, 'table.csv'), 'bee,winter');
    await using({}, async (index) => {
      expect(await index.addDirectory(mixed)).toMatchObject({
        pages: 1,
        leftOut: { '.txt': 1, '.csv': 1 },
        unmatched: [],
      });
      const options = { include: '*.txt', exclude: ['table.csv', 'drafts/**'] };
      const added = await index.addDirectory(mixed, options);
      expect(added).toMatchObject({ pages: 2, files: 2, leftOut: {}, unmatched: ['drafts/**'] });
    });
  });

  it('takes in what is said of a page that does not say it itself, and leaves out what is to be left out', async () => {
    const output = join(folder, 'described');
    await using({}, async (index) => {
      const added = await index.addDirectory(join(folder, 'site'), {
        describe: (path) =>
          path === 'timeout.html'
            ? { filters: { topic: ['net'] }, sort: { date: '2026-01-15' }, meta: { author: 'Ada' } }
            : { exclusion: 'not in season' },
      });
      expect(added).toMatchObject({ pages: 1, skipped: [{ path: 'guide/garden.md', reason: 'not in season' }] });
      await index.write(output);
    });
    const manifest = await readManifest(output);
    expect(await passagesOf(output, manifest)).toMatchObject([
      { title: 'Timeouts', filters: { topic: ['net'] }, meta: { author: 'Ada' } },
    ]);
    expect(JSON.parse(await readFile(join(output, manifest.pages.file), 'utf8')).sorts).toEqual({
      date: ['2026-01-15'],
    });
  });

  it('refuses what is said of a page in another shape', async () => {
    const said = (description: object) =>
      using({}, (index) => index.addDirectory(join(folder, 'site'), { describe: () => description }));
    await expect(said({ filters: { topic: 'net' } })).rejects.toMatchObject({
      code: 'bad-option',
      message: 'describe: expected filters to be an object of lists of strings, got {"topic":"net"}.',
    });
    await expect(said({ exlusion: 'a draft' })).rejects.toThrow(/describe: .*exlusion/);
  });

  it('gives headings of Markdown the ids that the site does', async () => {
    const output = join(folder, 'slugs');
    await using({}, async (index) => {
      await index.addDirectory(join(folder, 'site'), { slug: (heading) => heading.toUpperCase() });
      await index.write(output);
    });
    const passages = await passagesOf(output, await readManifest(output));
    expect(passages.map(({ url }) => url)).toEqual(['guide/garden.md#GARDEN', 'timeout.html#request']);
  });
});

describe('misuse', () => {
  it('is refused with what was expected, what came and what to do', async () => {
    const cases: [() => Promise<unknown>, RegExp][] = [
      [
        () => createIndex({ modle: 'x' } as CreateIndexOptions),
        /createIndex: expected only the options model, .*got modle/,
      ],
      [
        () => using({}, (index) => index.addHTMLFile({ url: 'guide#part', content: '<main>x</main>' })),
        /expected the url of a page, got guide#part/,
      ],
      [() => createIndex({ siteRoot: 'https://elsewhere/' }), /siteRoot to be a relative folder .* got "https:/],
      [() => createIndex({ language: 'nope nope' }), /language to be a language tag such as .*, got "nope nope"/],
      [
        () => createIndex({ shape: { dim: 3 } }),
        /createIndex shape: expected dim to be a whole number from 8 to 256, got 3/,
      ],
      [() => createIndex({ shape: { dim: 12 } }), /expected --dim or shape\.dim to be a multiple of 8 of at most 128/],
      [
        () => createIndex({ modelOverrides: { prompt: 'q: ' } as ModelOverrides }),
        /createIndex modelOverrides: expected only the options queryPrompt, .*got prompt/,
      ],
      [
        () => createIndex(null as unknown as CreateIndexOptions),
        /createIndex: expected its options to be an object, got null/,
      ],
    ];
    for (const [attempt, message] of cases) {
      await expect(attempt()).rejects.toMatchObject({ code: 'bad-option', message: expect.stringMatching(message) });
    }
    const cache = join(folder, 'site/timeout.html/passages.jsonl');
    await using({ cache }, async (index) => {
      await index.addDirectory(join(folder, 'site'));
      await expect(index.write(join(folder, 'refused'))).rejects.toMatchObject({
        code: 'bad-option',
        message: expect.stringMatching(/^index: expected .*timeout\.html.passages\.jsonl, got E(NOTDIR|EXIST|NOENT)/),
      });
    });
    await using({}, async (index) => {
      const record = { url: 'a', title: 'A', content: 'Text.' };
      const misuses: [() => Promise<unknown>, string, RegExp][] = [
        [
          () => index.addRecord({ ...record, url: 'https://elsewhere/' }),
          'bad-option',
          /relative to the site's root.*elsewhere/,
        ],
        [() => index.addRecord({ ...record, url: '//elsewhere/' }), 'bad-option', /relative to the site's root/],
        [() => index.addRecord({ ...record, url: 'a/../../b' }), 'bad-option', /relative to the site's root/],
        [
          () => index.addRecord({ ...record, content: 7 as unknown as string }),
          'bad-option',
          /content to be a string, got 7/,
        ],
        [() => index.addRecord({ ...record, language: '../x' }), 'bad-option', /language to be a language tag/],
        [() => index.addHTMLFile({ content: '<p>Text.</p>' }), 'bad-option', /a url or a sourcePath.*neither/],
        [
          () => index.addHTMLFile({ sourcePath: '../a.html', content: '<p>Text.</p>' }),
          'bad-option',
          /site's root.*"\.\.\/a\.html"/,
        ],
        [() => index.addHTMLFile({ sourcePath: 'a.md', content: '# A' }), 'bad-option', /end in \.html, got a\.md/],
        [
          () => index.addDirectory(join(folder, 'site'), { markdownUrl: () => '../garden/' }),
          'bad-option',
          /site's root.*"\.\.\/garden\/"/,
        ],
        [() => index.addDirectory(join(folder, 'missing')), 'ingest-failed', /expected a readable folder/],
        [() => index.write(join(folder, 'empty')), 'ingest-failed', /expected pages with text, got none/],
        [
          () => index.addDirectory(join(folder, 'site')).then(() => index.write(join(folder, 'site'))),
          'bad-option',
          /another folder than the input/,
        ],
        [
          () => index.write(join(folder, 'no/such/parent')),
          'bad-option',
          /expected the folder .* for the output, found none/,
        ],
      ];
      for (const [attempt, code, message] of misuses) {
        await expect(attempt()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
      }
      const unfinished = index.write(join(folder, 'unfinished'));
      await index.close();
      await expect(unfinished).rejects.toMatchObject({ code: 'aborted' });
      await expect(index.addRecord(record)).rejects.toMatchObject({
        code: 'bad-option',
        message: expect.stringMatching(/got one that was closed/),
      });
      expect(() => index.getFiles()).toThrow(/got one that was closed/);
    });
    expect(await readdir(folder)).not.toContain('unfinished');
  });
});
