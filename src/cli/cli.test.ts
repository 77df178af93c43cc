// The command line from end to end, in-process: real model, real files, a folder of a few pages.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseManifest } from '../format/manifest.ts';
import { pageOf, pdfFile } from '../ingest/documents.fixture.ts';
import { latelight, latelightUntil } from './latelight.fixture.ts';

const PAGES: Record<string, string> = {
  'timeout.html':
    '<html lang="en"><title>Timeouts</title><main data-latelight-filter="topic:network"><h1>Timeouts</h1><h2 id="request">Request timeout</h2><p>Set requestTimeout to the number of milliseconds after which a slow client is cut off.</p></main>',
  'guide/logging.md':
    '---\ntitle: Logging\n---\n# Logging\n\n## Redaction\n\nPasswords and tokens can be hidden in the output with the redact option, which takes a list of paths.\n',
  'guide/garden.md':
    '# Garden\n\nTomatoes want sun, warm soil and water in the morning. Basil grows well beside them.\n',
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-cli-'));
  vi.stubEnv('LATELIGHT_CACHE', join(folder, 'caches'));
  await writePages(join(folder, 'site'), Object.entries(PAGES));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function writePages(root: string, pages: [string, string | Uint8Array][]): Promise<void> {
  for (const [path, content] of pages) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** Path -> content of every file, for comparing folders byte by byte. */
async function contents(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.slice(root.length), (await readFile(path)).toString('base64'));
  }
  return files;
}

/** The file that a run says it keeps encoded passages in. */
const cacheOf = ({ out }: { out: string }): string => JSON.parse(out).cache;

describe('latelight index, inspect, search', () => {
  it('makes a folder that is all a site needs, and finds in it', async () => {
    const output = join(folder, 'index');
    const indexed = await latelight(
      'index',
      join(folder, 'site'),
      '-o',
      output,
      '--json',
      '--no-webgpu',
      '--title',
      'Test',
    );
    expect(indexed.err).not.toContain('error');
    expect(indexed.code).toBe(0);
    expect(JSON.parse(indexed.out)).toMatchObject({ pages: 3, passages: 3, reused: 0, skipped: 0 });
    const files = [...(await contents(output)).keys()];
    for (const pattern of [
      /manifest\.json$/,
      /\.lls$/,
      /fragments\/.*\.json$/,
      /\.onnx$/,
      /models\/.*\.llq$/,
      /runtime\/.*\.wasm$/,
      /latelight\.js$/,
      /index\.html$/,
      /page\.json$/,
      /^.LICENSE$/,
      /^.NOTICE$/,
      /^.THIRD-PARTY-NOTICES\.txt$/,
    ]) {
      expect(files.filter((file) => pattern.test(file)).length, String(pattern)).toBeGreaterThan(0);
    }
    const found = await latelight('search', output, 'how do I keep secrets out of the logs', '--json');
    const result = JSON.parse(found.out);
    expect(result.hits[0]).toMatchObject({ url: 'guide/logging.md#redaction', title: 'Logging' });
    const marked = result.hits[0].marks.map(({ start, end }: { start: number; end: number }) =>
      result.hits[0].excerpt.slice(start, end),
    );
    expect(marked.join(' ')).toMatch(/Passwords|hidden|redact/);

    const plain = await latelight('search', output, 'how do I keep secrets out of the logs', '-n', '1');
    expect(plain.out).toContain('1. Logging > Redaction');

    const misspelt = await latelight('search', output, 'are pasawords hidden');
    expect(misspelt.err).toBe('searched for passwords, not pasawords (--no-typo-tolerance searches as asked)\n');
    const asAsked = await latelight('search', output, 'pasawords hidden', '--no-typo-tolerance', '--json');
    expect(JSON.parse(asAsked.out).corrections).toEqual([]);

    const filtered = await latelight('search', output, 'how do I keep secrets', '--filter', 'topic=network', '--json');
    expect(JSON.parse(filtered.out).hits.map(({ url }: { url: string }) => url)).toEqual(['timeout.html#request']);
    const nothing = await latelight('search', output, 'how do I keep secrets', '--filter', 'topic=other', '--json');
    expect(JSON.parse(nothing.out).hits).toEqual([]);

    const inspected = await latelight('inspect', output, '--json');
    const report = JSON.parse(inspected.out);
    expect(report).toMatchObject({ passages: 3, dim: 128, subspaceDim: 2 });
    // 33 bytes for each of the few words of three pages and for each dimension of the text map, beside a bit for every id.
    const besideWords = 64 + Math.ceil(30522 / 8) + 33 * 128;
    expect(report.queryTableBytes).toBeGreaterThan(besideWords + 33 * 30);
    expect(report.queryTableBytes).toBeLessThan(besideWords + 33 * 150);
  });

  it('prints no control sequence of an index that was made to hold them', async () => {
    const evil = join(folder, 'evil');
    await cp(join(folder, 'index'), evil, { recursive: true });
    const manifest = JSON.parse(await readFile(join(evil, 'manifest.json'), 'utf8'));
    for (const fragment of manifest.fragments) {
      const { version, passages } = JSON.parse(await readFile(join(evil, fragment.file), 'utf8'));
      for (const passage of passages) {
        passage.title += '\x1b]0;owned\x07';
        passage.headings.push('\x9b31m');
        passage.url += '\x1b[2J\u202e';
        passage.text = `\x1b]52;c;cm0=\x07${passage.text}\r\x7f\nEnd.`;
      }
      const bytes = Buffer.from(JSON.stringify({ version, passages }));
      await writeFile(join(evil, fragment.file), bytes);
      Object.assign(fragment, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    }
    await writeFile(join(evil, 'manifest.json'), JSON.stringify(manifest));
    const { code, out } = await latelight('search', evil, 'how do I keep secrets out of the logs');
    expect([code, out]).toEqual([0, expect.stringContaining('1. Logging]0;owned > ')]);
    expect(out).toContain('\n   End.\n');
    expect(out.match(/(?!\n)\p{Cc}|\u202e/gu)).toBeNull();
  });

  it('gives the same bytes for the same pages, whatever the order of files, their dates and the cache', async () => {
    const other = join(folder, 'other');
    await writePages(join(other, 'site'), Object.entries(PAGES).reverse());
    for (const path of Object.keys(PAGES)) await utimes(join(other, 'site', path), 1e9, 1e9);
    expect(
      (
        await latelight(
          'index',
          join(other, 'site'),
          '-o',
          join(other, 'index'),
          '--no-webgpu',
          '--title',
          'Test',
          '--no-cache',
        )
      ).code,
    ).toBe(0);
    expect(await contents(join(other, 'index'))).toEqual(await contents(join(folder, 'index')));
    expect((await readdir(other)).sort()).toEqual(['index', 'site']);
  });

  it('encodes again only what changed, and the result is that of a fresh run', async () => {
    const site = join(folder, 'changed/site');
    await cp(join(folder, 'site'), site, { recursive: true });
    const index = (...more: string[]) =>
      latelight('index', site, '-o', join(folder, 'changed/index'), '--no-webgpu', '--json', ...more);
    expect(JSON.parse((await index()).out)).toMatchObject({ reused: 0 });
    expect(JSON.parse((await index()).out)).toMatchObject({ reused: 3 });
    await writeFile(join(site, 'guide/garden.md'), '# Garden\n\nPotatoes are planted in April.\n');
    expect(JSON.parse((await index()).out)).toMatchObject({ reused: 2 });
    const incremental = await contents(join(folder, 'changed/index'));
    await rm(cacheOf(await index()));
    expect(JSON.parse((await index()).out)).toMatchObject({ reused: 0 });
    expect(await contents(join(folder, 'changed/index'))).toEqual(incremental);
  });

  it('keeps what it encoded outside of a site that is built anew', async () => {
    const site = join(folder, 'rebuilt/dist');
    await writePages(site, Object.entries(PAGES));
    const index = async () => JSON.parse((await latelight('index', site, '--no-webgpu', '--json')).out);
    expect(await index()).toMatchObject({ reused: 0 });
    expect((await readdir(site)).sort()).toEqual(
      [...new Set(Object.keys(PAGES).map((path) => path.split('/')[0])), 'latelight'].sort(),
    );
    await rm(site, { recursive: true });
    await writePages(site, Object.entries(PAGES));
    expect(await index()).toMatchObject({ reused: 3 });
  });

  it('keeps what it encoded neither in the folder that it indexes nor in the one that it writes beside, and says where', async () => {
    const published = join(folder, 'published');
    await writePages(join(published, 'docs'), Object.entries(PAGES));
    vi.spyOn(process, 'cwd').mockReturnValue(published);
    const runs = [
      await latelight(
        'index',
        join(published, 'docs'),
        '-o',
        join(published, 'search'),
        '--no-webgpu',
        '--site-root',
        '../',
      ),
      await latelight('index', published, '--no-webgpu'),
    ];
    vi.restoreAllMocks();
    expect((await readdir(published)).sort()).toEqual(['docs', 'latelight', 'search']);
    for (const { out } of runs) expect(existsSync(/^cache +(.*)$/m.exec(out)?.[1] ?? 'unsaid')).toBe(true);
  });

  it('keeps what it encoded in the file that --cache names, which can come from another machine', async () => {
    const site = join(folder, 'cached/dist');
    await writePages(site, Object.entries(PAGES));
    const index = (cache: string) =>
      latelight('index', site, '--no-webgpu', '--json', '--cache', join(folder, 'cached', cache));
    expect(JSON.parse((await index('kept/passages.jsonl')).out)).toMatchObject({ reused: 0 });
    expect((await readdir(join(folder, 'cached'))).sort()).toEqual(['dist', 'kept']);
    await rename(join(folder, 'cached/kept'), join(folder, 'cached/moved'));
    expect(JSON.parse((await index('moved/passages.jsonl')).out)).toMatchObject({ reused: 3 });
    await writeFile(join(folder, 'cached/package.json'), '{"name": "my-site"}');
    expect(await index('package.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('package.json to be a cache'),
    });
    expect(await readFile(join(folder, 'cached/package.json'), 'utf8')).toBe('{"name": "my-site"}');
    expect(await index('.')).toMatchObject({ code: 2, err: expect.stringContaining('Name a file in it') });
    expect(await index('dist/latelight/passages.jsonl')).toMatchObject({
      code: 2,
      err: expect.stringContaining('replaced'),
    });
  });

  it('ignores a torn or damaged cache', async () => {
    const site = join(folder, 'changed/site');
    const index = () => latelight('index', site, '-o', join(folder, 'changed/index'), '--no-webgpu', '--json');
    const path = cacheOf(await index());
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text.slice(0, text.length / 2)}`);
    const again = await index();
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out).reused).toBeLessThan(3);
  });

  it('leaves nothing half-written when interrupted, and the older index in place', async () => {
    const output = join(folder, 'index');
    const before = await contents(output);
    await writePages(
      join(folder, 'long'),
      Array.from({ length: 40 }, (_, i) => [`page-${i}.md`, `# Page ${i}\n\nText number ${i} of many.\n`]),
    );
    for (const [more, kept] of [
      [[], true],
      [['--no-cache'], false],
    ] as const) {
      const controller = new AbortController();
      const site = join(folder, 'long');
      const interrupted = await latelightUntil(
        controller.signal,
        (printed) => printed.includes('encode:') && controller.abort(),
        ...['index', site, '-o', output, '--no-webgpu', ...more],
      );
      expect(interrupted.code).toBe(130);
      expect(interrupted.err).toContain('Nothing was left half-written');
      expect(interrupted.err.includes('is kept for the next run')).toBe(kept);
    }
    expect(await contents(output)).toEqual(before);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp') || name.endsWith('.old'))).toEqual([]);
  });

  it('puts an index inside the site by default, links back to the root and does not index itself', async () => {
    const site = join(folder, 'inside');
    await cp(join(folder, 'site'), site, { recursive: true });
    for (let round = 0; round < 2; round++) {
      expect(JSON.parse((await latelight('index', site, '--no-webgpu', '--json', '--no-cache')).out)).toMatchObject({
        passages: 3,
      });
    }
    const manifest = parseManifest(await readFile(join(site, 'latelight/manifest.json'), 'utf8'));
    expect(manifest.siteRoot).toBe('../');
  });

  it('warns of an index outside the site, whose hits would lead nowhere, unless it is told where the site is', async () => {
    const index = (...more: string[]) =>
      latelight('index', join(folder, 'site'), '-o', join(folder, 'out side'), '--no-webgpu', ...more);
    const warned = await index();
    expect(warned.err).toMatch(/^warning: the index goes outside of .*--site-root/m);
    expect(warned.out).toMatch(/Try it: {2}npx latelight serve ".*out side"\n/);
    expect((await index('--site-root', '../site/')).err).not.toContain('warning');
  });
});

describe('latelight index --include, --exclude', () => {
  const report = 'Rain gauges are read at nine in the morning.';
  let docs = '';
  beforeAll(async () => {
    docs = join(folder, 'docs');
    await writePages(docs, [
      ['guide.md', PAGES['guide/garden.md']],
      ['drafts/later.md', '# Later\n\nNot ready.\n'],
      ['notes.txt', 'Bees sleep in winter.\n'],
      ['report.pdf', pdfFile({ pages: [pageOf(report)] })],
      ['src/gauge.ts', 'export const gauge = 9;\n'],
    ]);
  });
  const index = (...args: string[]) =>
    latelight(
      'index',
      docs,
      '-o',
      join(folder, 'docs-index'),
      '--site-root',
      '../docs/',
      '--no-webgpu',
      '--json',
      ...args,
    );
  const pagesOf = ({ out }: { out: string }) => JSON.parse(out).pages;

  it('takes in Markdown by default and says in one line what else could be read', async () => {
    const indexed = await index();
    expect(pagesOf(indexed)).toBe(2);
    expect(indexed.err.split('\n').filter((line) => line.startsWith('left out'))).toEqual([
      "left out: 1 .pdf, 1 .ts, 1 .txt; --include '**/*.pdf' '**/*.ts' '**/*.txt' takes them in",
    ]);
  });

  it('takes in what --include names besides, leaves out what --exclude names, and finds in it', async () => {
    const indexed = await index('--include', '**/*.txt', '**/*.pdf', 'src/**', '--exclude', 'drafts/**');
    expect(indexed).toMatchObject({ code: 0, err: expect.not.stringMatching(/left out|warning/) });
    expect(pagesOf(indexed)).toBe(4);
    const found = await latelight('search', join(folder, 'docs-index'), 'when are rain gauges read', '--json');
    expect(JSON.parse(found.out).hits[0]).toMatchObject({ url: 'report.pdf#page=1', excerpt: report });
  });

  it('warns of globs that match nothing, by their option, and refuses empty ones', async () => {
    const indexed = await index('--include', '**/*.docx', '--exclude', 'draft/**');
    expect(indexed.code).toBe(0);
    expect(indexed.err).toContain('warning --include **/*.docx: no file of the folder matches');
    expect(indexed.err).toContain('warning --exclude draft/**: no file of the folder matches');
    expect(await index('--include', '')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/\[bad-option\].*include to be a glob/),
    });
  });

  it('never warns of the folder that the index itself goes to', async () => {
    const inside = await latelight('index', docs, '-o', join(docs, 'search'), '--no-webgpu', '--json');
    expect(inside).toMatchObject({ code: 0, err: expect.not.stringContaining('warning') });
    await rm(join(docs, 'search'), { recursive: true });
  });
});

describe('errors', () => {
  it('names what was expected, exits 1 or 2 and never deletes a folder that is no index', async () => {
    const precious = join(folder, 'precious');
    await writePages(precious, [['letter.txt', 'dear']]);
    const app = join(folder, 'app');
    await writePages(app, [
      ['manifest.json', '{"name":"Shop"}'],
      ['engine.json', '{"cylinders":4}'],
    ]);
    // A file where the cache's folder should be: refused to anybody, where permissions are not to root.
    await writePages(join(folder, 'walled'), [['kept', '']]);
    const cases: [string[], number, RegExp][] = [
      [
        [
          'index',
          join(folder, 'site'),
          '-o',
          join(folder, 'walled/index'),
          '--cache',
          join(folder, 'walled/kept/a.jsonl'),
        ],
        2,
        /^error \[bad-option\] index: expected/m,
      ],
      [['index', precious], 1, /\[ingest-failed\].*expected HTML or Markdown pages/],
      [
        ['index', join(folder, 'site'), '-o', precious],
        2,
        /\[bad-option\].*expected .* absent, empty or an older index/,
      ],
      [['index', join(folder, 'site'), '-o', join(folder, 'site')], 2, /\[bad-option\].*another folder than the input/],
      [['index', join(folder, 'site/guide'), '-o', join(folder, 'site')], 2, /\[bad-option\].*none that it is in/],
      [['index', join(folder, 'site'), '-o', app, '--model', 'no/model'], 2, /\[bad-option\].*an older index/],
      [['index', join(folder, 'site'), '-o', join(precious, 'letter.txt')], 2, /\[bad-option\].*got a file/],
      [['index', join(folder, 'site'), '-o', join(precious, 'letter.txt/out')], 2, /\[bad-option\].*found a file/],
      [['library', app, '--model', 'no/model'], 2, /\[bad-option\].*an older library/],
      [['index', join(folder, 'site'), '--model', folder], 1, /\[bad-model\].*config_sentence_transformers\.json/],
      [['index', join(folder, 'site'), '--dim', '96'], 1, /\[bad-model\].*codec-96x2\.llc.*fit-codec/],
      [['index', join(folder, 'site'), '--dim', 'many'], 2, /whole number from 8 to 256/],
      [['search', join(folder, 'index'), 'x', '--limit', '0'], 2, /whole number from 1 to 512/],
      [
        ['search', join(folder, 'index'), 'x', '--filter', 'tag=a'],
        2,
        /\[bad-option\].*expected a filter of this index \(topic\), got tag/,
      ],
      [['search', join(folder, 'index'), ' '], 2, /\[bad-option\].*expected a question, got nothing/],
      [['eval', folder], 2, /\[bad-option\].*corpus\.jsonl/],
      [['serve', folder], 2, /\[bad-option\].*expected a folder with an index\.html/],
      [['fit-codec', join(precious, 'letter.txt'), '--model', folder], 2, /\[bad-option\].*at least 100 passages/],
      [
        ['fit-table', join(precious, 'letter.txt'), '--model', folder],
        2,
        /\[bad-option\].*at least 100 different queries/,
      ],
      [['sing'], 2, /unknown command/],
    ];
    for (const [args, code, message] of cases) {
      const result = await latelight(...args);
      expect(result, args.join(' ')).toMatchObject({ code, err: expect.stringMatching(message) });
    }
    expect(await readdir(precious)).toEqual(['letter.txt']);
    expect((await readdir(app)).sort()).toEqual(['engine.json', 'manifest.json']);
  });

  it('refuses an index with a changed byte', async () => {
    const broken = join(folder, 'broken');
    await cp(join(folder, 'index'), broken, { recursive: true });
    const manifest = parseManifest(await readFile(join(broken, 'manifest.json'), 'utf8'));
    const path = join(broken, manifest.shards[0].file);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(path, bytes);
    expect(await latelight('inspect', broken)).toMatchObject({
      code: 1,
      err: expect.stringContaining('[hash-mismatch]'),
    });
    await rm(path);
    expect(await latelight('search', broken, 'x')).toMatchObject({
      code: 1,
      err: expect.stringContaining('[download-failed]'),
    });
  });

  it('prints help and version with exit code 0', async () => {
    expect(await latelight('--help')).toMatchObject({ code: 0, out: expect.stringContaining('inspect') });
    expect(await latelight('--version')).toMatchObject({ code: 0 });
  });
});

it('evaluates a BEIR folder', async () => {
  const beir = join(folder, 'beir');
  const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await writePages(beir, [
    [
      'corpus.jsonl',
      lines([
        ...Object.values(PAGES).map((text, i) => ({ _id: `d${i}`, title: '', text })),
        { _id: 'own', title: 'Log', text: 'The keeper writes down every ship.' },
        { _id: 'd4', title: '', text: 'The keeper writes down each ship in a book.' },
      ]),
    ],
    [
      'queries.jsonl',
      lines([
        { _id: 'q0', text: 'slow client' },
        { _id: 'q1', text: 'vegetables' },
        { _id: 'q2', text: 'unjudged' },
        // Itself a document, which is no answer to it.
        { _id: 'own', text: 'The keeper writes down every ship.' },
      ]),
    ],
    ['qrels/test.tsv', 'query-id\tcorpus-id\tscore\nq0\td0\t1\nq1\td2\t1\nown\td4\t1\n'],
  ]);
  const report = JSON.parse((await latelight('eval', beir, '--json')).out);
  expect(report).toMatchObject({ documents: 5, queries: 3, ndcg10: 1, mrr10: 1, recall100: 1 });

  await writePages(beir, [
    ['queries.jsonl', lines([{ _id: 'q0', text: 'mornlng' }])],
    ['qrels/test.tsv', 'query-id\tcorpus-id\tscore\nq0\td2\t1\n'],
  ]);
  const mrr = async (...options: string[]) =>
    JSON.parse((await latelight('eval', beir, '--json', ...options)).out).mrr10;
  expect([await mrr(), await mrr('--no-typo-tolerance')]).toEqual([1, 1 / 2]);
});
