// A folder to passages and a report: real files, and the file system's bad days.

import type { Dirent } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DirectoryOptions, ingestDirectory } from './directory.ts';
import { docxFile, epubFile, pageOf, pdfFile } from './documents.fixture.ts';
import { isGeneratedReason } from './generated-pages.ts';
import { ingestPage } from './ingest-page.fixture.ts';
import { ingestPages } from './ingest-pages.ts';
import { DEFAULT_INCLUDE, nodeFs, type WalkFs, walkFolder } from './walk.ts';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const options: DirectoryOptions = { countTokens: (text) => text.match(/\S+/g)?.length ?? 0, maxTokens: 253 };
const bytes = (text: string) => new TextEncoder().encode(text);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-ingest-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
const ingest = (more: Partial<DirectoryOptions> = {}) => ingestDirectory(folder, { ...options, ...more });
const skips = ({ report }: Awaited<ReturnType<typeof ingest>>) =>
  report.skipped.map(({ path, reason }) => `${path}: ${reason}`);

describe('a site', () => {
  it('becomes passages with titles, paths, addresses, filters and metadata', async () => {
    const { passages, pages, report } = await ingestDirectory(join(fixtures, 'site'), options);
    expect(passages).toMatchSnapshot();
    expect(pages.map(({ url, title, lang }) => [url, title, lang])).toEqual([
      ['api/lens.html', 'Lens', ''],
      ['guide/', 'Guide', 'en'],
      ['guide/setup.md', 'Setting up', ''],
      ['./', 'Lantern', 'en'],
    ]);
    expect(report).toMatchObject({ files: 7, pages: 4, passages: passages.length, warnings: [] });
    expect(report.skipped).toEqual([
      { path: 'api/hidden.html', reason: 'robots noindex' },
      { path: 'api/moved.html', reason: 'redirects to another page' },
      { path: 'guide/draft.md', reason: 'draft in front matter' },
    ]);
  });

  it('with data-latelight-body on one page is only the pages that have it', async () => {
    const result = await ingestDirectory(join(fixtures, 'marked'), options);
    expect(result.passages.map(({ text }) => text)).toEqual(['Inside the first mark.\nInside the second mark.']);
    expect(skips(result)).toEqual(['plain.html: no data-latelight-body, which other pages have']);
  });

  it('gives the same result in whatever order the files come', async () => {
    const paths = [
      'index.html',
      'guide/index.html',
      'guide/setup.md',
      'guide/draft.md',
      'api/lens.html',
      'api/moved.html',
    ];
    const files = paths.map((path) => ({ path, read: () => readFile(join(fixtures, 'site', path)) }));
    const result = await ingestPages(files, options);
    expect(await ingestPages([...files].reverse(), options)).toEqual(result);
    expect(await ingestPages([...files.slice(3), ...files.slice(0, 3)], options)).toEqual(result);
    expect(result.pages.map(({ path }) => path)).toEqual([
      'api/lens.html',
      'guide/index.html',
      'guide/setup.md',
      'index.html',
    ]);
  });

  it('loses the title that most of its pages share', async () => {
    const page = (name: string) => `<title>${name} — Harbour</title><h1>The ${name}</h1><p>Text.`;
    await write({
      'a.html': page('Mole'),
      'b.html': page('Pier'),
      'c.html': page('Quay'),
      'd.html': '<title>Harbour</title><p>Text.',
    });
    expect((await ingest()).pages.map(({ title }) => title)).toEqual(['Mole', 'Pier', 'Quay', 'Harbour']);
  });

  it.each([
    ['in front', (name: string) => `Harbour: ${name}`],
    ['apart in front', (name: string) => `Harbour – ${name}`],
    ['behind a colon', (name: string) => `${name}: Harbour Manual`],
    ['in brackets', (name: string) => `${name} (Harbour (old) 3.12 API)`],
  ])('loses the name of the site %s in the titles of most of its pages', async (_, titled) => {
    const page = (title: string) => `<title>${title}</title><h1>On ${title}</h1><p>Text.`;
    const pages = {
      'a.html': page(titled('Mole::Pier')),
      'b.html': page(titled('Quay: part 2')),
      'c.html': page(titled('Dock')),
    };
    await write({ ...pages, 'd.html': page('Class: Lamp (new)') });
    const titles = (await ingest()).pages.map(({ title }) => title);
    expect(titles).toEqual(['Mole::Pier', 'Quay: part 2', 'Dock', 'Class: Lamp (new)']);
  });

  it('keeps what half of its titles begin or end with', async () => {
    const titles = ['Class: Lamp (new)', 'Class: Wick (new)', 'Lamp: Overview', 'Wick: Overview'];
    await write(Object.fromEntries(titles.map((title, i) => [`${i}.html`, `<title>${title}</title><p>Text ${i}.`])));
    expect((await ingest()).pages.map(({ title }) => title)).toEqual(titles);
  });

  it('names pages under a shared title by their heading where the file’s name is spelt as Doxygen does', async () => {
    const page = (heading: string) =>
      `<title>Member List</title><div class="headertitle"><div class="title">${heading}</div></div><p>Text of ${heading}.`;
    await write({
      'class_1_1Lamp-members.html': page('a::Lamp Members'),
      'class_1_1Wick-members.html': page('a::Wick Members'),
      'oil__lamp.html': '<title>Member List</title><p>Text.',
    });
    expect((await ingest()).pages.map(({ title }) => title)).toEqual([
      'a::Lamp Members',
      'a::Wick Members',
      'Member List',
    ]);
  });

  it('has a passage once that a page has twice under the same headings', async () => {
    const text =
      'Lights the lamp and waits until its flame is steady, then returns what the flame’s height is in parts of an inch.';
    const entry = (heading: string, id: string) => `<h2 id="${id}">${heading}</h2><p>${text}`;
    await write({ 'a.html': `<h1>Lamp</h1>${entry('light()', 'a')}${entry('light()', 'b')}${entry('kindle()', 'c')}` });
    expect((await ingest()).passages.map(({ url }) => url)).toEqual(['a.html#a', 'a.html#c']);
  });

  it('loses the blocks that most of its pages begin or end with, but for one page', async () => {
    const page = (name: string, lead = '') =>
      `<div>Small. Fast.</div><p>Choose any.</p>${lead}<h1>The ${name}</h1><p>Of the ${name}.</p><h3>Comments</h3><p>Write to us.</p>`;
    await write({
      'a.html': page('mole'),
      'b/c.html': page('pier', '<p>New.'),
      'b/d.html': page('quay'),
      'index.html': page('port'),
      'e.html': '<h1>The dock</h1><p>Write to us.</p>',
    });
    const { passages } = await ingest();
    expect(passages.map(({ url, text }) => `${url} ${text}`)).toEqual([
      'a.html Of the mole.',
      'b/c.html New.\nThe pier\nOf the pier.',
      'b/d.html Of the quay.',
      'e.html Write to us.',
      './ Small. Fast.\nChoose any.\nThe port\nOf the port.',
      './ Write to us.',
    ]);
  });

  it('keeps blocks that fewer share, that stand inside its pages, and that all of a page is', async () => {
    const page = (name: string, more: string) =>
      `<h1>The ${name}</h1><p>Of the ${name}.</p><p>Mind the gap.</p><p>${more}</p>`;
    const pages = {
      'a.html': page('mole', 'Same.'),
      'b.html': page('pier', 'Same.'),
      'c.html': page('quay', 'C.'),
      'd.html': page('dock', 'D.'),
    };
    await write(pages);
    const all = Object.keys(pages).map((path) => path);
    expect((await ingest()).passages.map(({ text }) => text)).toEqual([
      'Of the mole.\nMind the gap.\nSame.',
      'Of the pier.\nMind the gap.\nSame.',
      'Of the quay.\nMind the gap.\nC.',
      'Of the dock.\nMind the gap.\nD.',
    ]);
    await write(Object.fromEntries(all.map((path) => [path, '<p>Soon.'])));
    expect((await ingest()).passages).toHaveLength(4);
  });

  it('names pages by their own heading or file under a banner that most of them have', async () => {
    await write({
      'hooks.md': '<h1>Harbour</h1>\n\n## Hooks\n\nText.',
      'server.md': '<h1>Harbour</h1>\n\n## Factory\n\nText.',
      'index.md': '# Harbour\n\nText.',
    });
    const { pages, passages } = await ingest();
    expect(pages.map(({ title }) => title)).toEqual(['Hooks', 'Harbour', 'server']);
    expect(passages.map(({ headings }) => headings)).toEqual([[], [], ['Factory']]);
  });
});

describe('bad files', () => {
  it('are skipped with a reason, and cost no other page', async () => {
    await write({
      'binary.html': Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]),
      'blank.html': ' \n ',
      'empty.html': '<main><script>x()</script></main>',
      'good.html': '<p>Good.',
      'large.html': `<p>${'x'.repeat(3000)}`,
      'broken.md': '---\na: [b\n---\nStill read.',
      'notes.txt': 'not a page',
    });
    const result = await ingest({ maxFileBytes: 2000 });
    expect(result.passages.map(({ text }) => text)).toEqual(['Still read.', 'Good.']);
    expect(skips(result)).toEqual([
      'binary.html: binary content: named .html, but seems to be a PNG picture',
      'blank.html: empty file',
      'empty.html: no text in its main content',
      'large.html: larger than 2000 bytes',
    ]);
    expect(result.report.warnings).toMatchObject([{ path: 'broken.md' }]);
  });

  it('are those of many NUL characters, not a page that has one', async () => {
    const prose = 'The keeper writes down every ship that passes. '.repeat(3);
    await write({
      'a.html': `<p>${prose}<p>char \0 null`,
      'b.md': `${prose}\0`,
      'c.html': `<p>${'x\0'.repeat(50)}`,
      'd.md': 'x\0',
    });
    const result = await ingest();
    expect(result.passages.map(({ text }) => text)).toEqual([`${prose.trim()}\nchar \uFFFD null`, `${prose}\uFFFD`]);
    expect(skips(result)).toEqual(['c.html: binary content (NUL characters)', 'd.md: binary content (NUL characters)']);
  });

  it('that cannot be opened are reported by the system’s code, without paths of the machine', async () => {
    await write({ 'a.html': '<p>A', 'locked.html': '<p>L', 'shut/b.html': '<p>B' });
    const allow = (path: string) => {
      if (/locked|shut$/.test(path))
        throw Object.assign(new Error(`EACCES: permission denied, ${path}`), { code: 'EACCES' });
      return path;
    };
    const fs: typeof nodeFs = {
      ...nodeFs,
      readFile: async (path, more) => nodeFs.readFile(allow(path), more),
      readdir: async (path, more) => nodeFs.readdir(allow(path), more),
    };
    const result = await ingest({ fs });
    expect(result.pages.map(({ path }) => path)).toEqual(['a.html']);
    expect(skips(result)).toEqual(['locked.html: cannot be read: EACCES', 'shut: folder cannot be read: EACCES']);
  });

  it('that are known to be too large are not read at all', async () => {
    const read = () => Promise.reject(new Error('was read'));
    const { report } = await ingestPages([{ path: 'a.html', sizeBytes: 33 * 2 ** 20, read }], options);
    expect(report.skipped).toEqual([{ path: 'a.html', reason: 'larger than 33554432 bytes' }]);
  });

  it('are not folders that are named like a page', async () => {
    await write({ 'odd.html/inner.html': '<p>Inner.' });
    expect((await ingest()).passages.map(({ url }) => url)).toEqual(['odd.html/inner.html']);
  });
});

describe('symbolic links', () => {
  it('in a loop are reported and not followed', async () => {
    await write({ 'a/page.html': '<p>Page.' });
    await symlink(join(folder, 'a'), join(folder, 'a/again'));
    await symlink(folder, join(folder, 'a/top'));
    await symlink(join(folder, 'self'), join(folder, 'self'));
    const result = await ingest();
    expect(result.passages).toHaveLength(1);
    expect(skips(result)).toEqual([
      'a/again: symbolic link to what is read under its own path',
      'a/top: symbolic link to what is read under its own path',
    ]);
  });

  it('out of the folder are not followed, and dangling ones are reported', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'latelight-outside-'));
    await writeFile(join(outside, 'private.html'), '<p>Private.');
    await write({ 'page.html': '<p>Page.' });
    await symlink(outside, join(folder, 'out'));
    await symlink(join(outside, 'private.html'), join(folder, 'p.html'));
    await symlink(join(folder, 'gone'), join(folder, 'gone.html'));
    const result = await ingest();
    await rm(outside, { recursive: true });
    expect(result.passages.map(({ text }) => text)).toEqual(['Page.']);
    expect(skips(result)).toEqual([
      'gone.html: symbolic link cannot be followed: ENOENT',
      'out: symbolic link leads out of the folder',
      'p.html: symbolic link leads out of the folder',
    ]);
  });

  it('to a folder beside it whose name begins with its own are not followed', async () => {
    const beside = `${folder}-private`;
    await mkdir(beside);
    await writeFile(join(beside, 'private.html'), '<p>Private.');
    await symlink(beside, join(folder, 'out'));
    await symlink(join(beside, 'private.html'), join(folder, 'p.html'));
    const result = await ingest();
    await rm(beside, { recursive: true });
    expect(result.passages).toEqual([]);
    expect(skips(result)).toEqual([
      'out: symbolic link leads out of the folder',
      'p.html: symbolic link leads out of the folder',
    ]);
  });

  it('to a folder that has no path of its own are followed once', async () => {
    await write({ '.releases/7/page.html': '<p>Seven.' });
    await symlink(join(folder, '.releases'), join(folder, '.releases/7/loop'));
    await symlink(join(folder, '.releases/7'), join(folder, 'current'));
    expect((await ingest()).passages.map(({ url }) => url)).toEqual(['current/page.html']);
  });

  it('are followed in the order of their paths, also those that are found behind a link', async () => {
    await write({ '.kept/page.html': '<p>Page.' });
    await symlink(join(folder, '.kept'), join(folder, 'b'));
    await symlink(join(folder, '.kept/page.html'), join(folder, 'c.html'));
    await symlink(join(folder, '.kept/page.html'), join(folder, '.kept/again.html'));
    const result = await ingest();
    expect(result.passages.map(({ url }) => url)).toEqual(['b/page.html']);
    const seen = 'symbolic link to what is read under its own path';
    expect(skips(result)).toEqual([`b/again.html: ${seen}`, `c.html: ${seen}`]);
  });

  it('by tens of thousands take a time in proportion to their number', { timeout: 600_000 }, async () => {
    const gone = async () => {
      throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    };
    const links = Array.from({ length: 60_000 }, (_, i) => ({ name: `${i}`, isSymbolicLink: () => true }) as Dirent);
    const fs: WalkFs = {
      readdir: async () => links,
      realpath: (path) => (path === folder ? Promise.resolve(folder) : gone()),
      stat: gone,
      readFile: gone,
    };
    const start = process.cpuUsage();
    expect((await walkFolder(folder, { fs })).files).toEqual([]);
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(5);
  });
});

describe('what is read', () => {
  beforeEach(() =>
    write({
      'a.html': '<p>a',
      'b.md': 'b',
      'old/c.HTM': '<p>c',
      '404.html': '<p>e',
      '.git/d.html': '<p>d',
      'node_modules/x/r.md': 'r',
    }),
  );

  it('leaves out dot folders, node_modules and the error page by default', async () => {
    expect((await ingest()).pages.map(({ path }) => path)).toEqual(['a.html', 'b.md', 'old/c.HTM']);
  });

  it('obeys globs to include and exclude', async () => {
    expect((await ingest({ include: '**/*.md', exclude: [] })).pages.map(({ path }) => path)).toEqual([
      'b.md',
      'node_modules/x/r.md',
    ]);
    expect((await ingest({ exclude: ['old/**', '*.md', 'node_modules/**'] })).pages.map(({ path }) => path)).toEqual([
      '404.html',
      'a.html',
    ]);
  });

  it('leaves out the indexes that generators make, unless a glob of its own names them', async () => {
    const by = (generator: string) => `<meta name="generator" content="${generator}"><p>Index.`;
    await write({
      'c/bookindex.html': by('DocBook XSL Stylesheets Vsnapshot'),
      'cpp/Core_8h_source.html': by('Doxygen 1.9.4'),
      'cpp/functions.html': by('Doxygen 1.9.4'),
      'java/index-all.html': '<!-- Generated by javadoc (1.8.0_181) on Mon --><p>Index.',
      'java/src-html/A.html': by('javadoc/SourceToHTMLConverter'),
      'py/genindex.html': '<script src="_static/doctools.js"></script><p>Index.',
      'py/functions.html': '<script src="_static/doctools.js"></script><p>What is built in.',
      'py/db/search.html': '<script src="../_static/doctools.js"></script><p>How a database searches.',
      'py2/search/index.html': '<script src="../_static/doctools.js"></script><p>Search.',
      'cpp/functions_overview.html': by('Doxygen 1.9.4'),
      'cpp/functions_func_0x7e.html': by('Doxygen 1.9.4'),
      'cpp/open_source.html': by('Doxygen 1.9.4'),
      'search.html': '<p>How to search.',
    });
    const result = await ingest({ exclude: ['*.md', 'old/**', '**/node_modules/**', '404.html'] });
    expect(result.pages.map(({ path }) => path)).toEqual([
      'a.html',
      'cpp/functions_overview.html',
      'cpp/open_source.html',
      'py/db/search.html',
      'py/functions.html',
      'search.html',
    ]);
    expect(skips(result)).toEqual([
      'c/bookindex.html: an index that DocBook made of the other pages',
      'cpp/Core_8h_source.html: source code that Doxygen made of the other pages',
      'cpp/functions.html: an index that Doxygen made of the other pages',
      'cpp/functions_func_0x7e.html: an index that Doxygen made of the other pages',
      'java/index-all.html: an index that Javadoc made of the other pages',
      'java/src-html/A.html: source code that Javadoc made of the other pages',
      'py/genindex.html: an index that Sphinx made of the other pages',
      'py2/search/index.html: an index that Sphinx made of the other pages',
    ]);
    expect(skips(result).every((skip) => isGeneratedReason(skip.slice(skip.indexOf(': ') + 2)))).toBe(true);
    const named = await ingest({ include: [DEFAULT_INCLUDE, '**/genindex.html', 'cpp/**'] });
    expect(named.pages.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['cpp/Core_8h_source.html', 'cpp/functions.html', 'py/genindex.html']),
    );
    expect(skips(named).map((skip) => skip.split('/')[0])).toEqual(['c', 'java', 'java', 'py2']);
  });

  it('takes globs as .gitignore has them: from the root, and folders by their name', async () => {
    for (const glob of ['old/', '/old/', '/old/**', './old/**', '/old/c.HTM']) {
      const result = await ingest({ exclude: [glob, '*.md'] });
      expect(
        result.pages.map(({ path }) => path).filter((path) => path.startsWith('old/')),
        glob,
      ).toEqual([]);
    }
    expect((await ingest({ exclude: ['*.md'] })).pages.map(({ path }) => path)).toContain('old/c.HTM');
  });

  it('names globs that match nothing, and none that a second glob was quicker than', async () => {
    const include = ['**/*.html', './old/**', '*.pdf'];
    const exclude = ['b.*', 'b.md', 'node_modules/**', 'drafts/**'];
    expect((await ingest({ include, exclude })).unmatched).toEqual(['*.pdf', 'drafts/**']);
  });

  it('counts files of other kinds by extension, but not excluded ones, nor those of kinds that are not read', async () => {
    await write({ 'x/a.PDF': '', 'x/b.pdf': '', 'c.pdf': '', 'x/d.png': '', 'x/e.epub': '', 'node_modules/f.pdf': '' });
    expect((await ingest({ exclude: ['c.*', 'node_modules/**'] })).leftOut).toEqual({ '.pdf': 2, '.epub': 1 });
    expect((await ingest({ include: [DEFAULT_INCLUDE, '**/*.pdf'] })).leftOut).toEqual({ '.epub': 1 });
  });

  it('counts text and code only where no page is HTML: a built site is full of them', async () => {
    await write({ 'robots.txt': 'x', 'assets.old/Makefile': 'x', 'assets/a.js': 'x', 'assets/b.js': 'x' });
    expect((await ingest()).leftOut).toEqual({});
    expect((await ingest({ exclude: ['**/*.html', '**/*.HTM'] })).leftOut).toEqual({
      '.txt': 1,
      Makefile: 1,
      '.js': 2,
    });
  });

  it('is every kind of document, where include names it', async () => {
    await write({
      'z/a.pdf': pdfFile({ pages: [pageOf('Said in a PDF.')] }),
      'z/b.docx': docxFile([{ text: 'Said in a DOCX.' }]),
      'z/c.epub': epubFile([{ body: '<p>Said in an EPUB.</p>' }]),
      'z/d.txt': 'Said in a text.',
      'z/e.ts': 'const said = "in code";',
    });
    const { passages, report } = await ingest({ include: 'z/**' });
    expect(report.skipped).toEqual([]);
    expect(passages.map(({ url, text }) => `${url} ${text}`)).toEqual([
      'z/a.pdf#page=1 Said in a PDF.',
      'z/b.docx Said in a DOCX.',
      'z/c.epub#chapter-1 Said in an EPUB.',
      'z/d.txt Said in a text.',
      'z/e.ts#L1 const said = "in code";',
    ]);
  });

  it('is told to the progress callback file by file', async () => {
    const seen: string[] = [];
    await ingest({ onProgress: ({ path, filesDone, filesTotal }) => seen.push(`${path} ${filesDone}/${filesTotal}`) });
    expect(seen).toEqual(['a.html 1/3', 'b.md 2/3', 'old/c.HTM 3/3']);
  });

  it('stops when the signal fires', async () => {
    const controller = new AbortController();
    const running = ingest({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(running).rejects.toMatchObject({ code: 'aborted', name: 'AbortError' });
    await expect(ingest({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a root', () => {
  it('that is missing, a file or unreadable is the one thing that throws', async () => {
    await write({ 'a.html': '<p>a' });
    await expect(ingestDirectory(join(folder, 'no'), options)).rejects.toMatchObject({
      code: 'ingest-failed',
      message: expect.stringContaining('ENOENT'),
    });
    await expect(ingestDirectory(join(folder, 'a.html'), options)).rejects.toMatchObject({ code: 'ingest-failed' });
    const fs: typeof nodeFs = {
      ...nodeFs,
      readdir: () => Promise.reject(Object.assign(new Error('x'), { code: 'EACCES' })),
    };
    await expect(ingest({ fs })).rejects.toMatchObject({
      code: 'ingest-failed',
      message: expect.stringContaining('EACCES'),
    });
  });

  it('without pages gives an empty result', async () => {
    expect(await ingest()).toMatchObject({ passages: [], pages: [], report: { files: 0, skipped: [] } });
  });
});

describe('a 5 MB page', () => {
  const paragraph = (i: number) => `Paragraph ${i} of it: ${'many plain words in a row, '.repeat(20)}and an end.`;
  const paragraphs = Array.from({ length: 9000 }, (_, i) => paragraph(i));
  const marked = paragraphs.map((text, i) => `${i % 50 ? '' : `<h2 id=h${i}>H ${i}</h2>`}<p>${text}</p>`);

  // CPU time, not the clock's: other work on the machine must not fail this.
  it.each([
    ['of paragraphs', 'a.html', `<main>${marked.join('')}`, 5],
    ['of Markdown', 'a.md', paragraphs.join('\n\n'), 5],
    ['of one paragraph', 'a.html', `<main><p>${paragraphs.join(' ')}`, 5],
    ['of one line of code', 'a.html', `<main><pre>${paragraphs.join(' ')}`, 20],
    ['of one word', 'a.html', `<p>${'長'.repeat(1_700_000)}`, 20],
  ])('%s takes seconds', (_, path, source, seconds) => {
    const page = bytes(source);
    expect(page.length).toBeGreaterThan(5_000_000);
    const start = process.cpuUsage();
    const outcome = ingestPage(path, page, { ...options, countTokens: (text) => text.length / 5 });
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(seconds);
    expect('passages' in outcome && outcome.passages.length).toBeGreaterThan(1000);
  });
});
