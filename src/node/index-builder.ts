// An index in the making: pages in, a folder or its files out. Calls take effect in the order they are made.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve, sep } from 'node:path';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { countingTokens } from '../indexing/count-tokens.ts';
import { CONTEXT_TOKENS } from '../indexing/encode-passage.ts';
import { PassageCache } from '../indexing/passage-cache.ts';
import { expectOutput } from '../indexing/write-folder.ts';
import { ingestDirectory } from '../ingest/directory.ts';
import { parsePage, passagesOf } from '../ingest/ingest-page.ts';
import { byCodeUnits } from '../ingest/ingest-pages.ts';
import { isHtmlPath, isMarkdownPath, pageUrl } from '../ingest/page-url.ts';
import { DEFAULT_EXCLUDE, DEFAULT_INCLUDE } from '../ingest/walk.ts';
import type { OpenModel } from '../model-files/model.ts';
import type { Passage } from '../shared-types.ts';
import { defaultCachePath } from './cache-path.ts';
import * as rule from './check-options.ts';
import { composeIndex } from './compose-index.ts';
import { fileError } from './file-error.ts';
import { canonicalLanguage, groupByLanguage, mostCommonLanguage } from './languages.ts';
import type {
  AddDirectoryOptions,
  AddedDirectory,
  AddedPages,
  CreateIndexOptions,
  IndexFolderFile,
  IndexRecord,
  PageDescription,
  PageFile,
  SearchIndexBuilder,
  WrittenIndex,
} from './options.ts';
import { otherLanguageWarning } from './other-language.ts';
import { pathOfAddress, relativeAddress } from './page-address.ts';
import { type IndexedPage, markedPages, PageSet } from './page-set.ts';
import { recordPassages } from './record-passages.ts';

const PAGE_FILE = { url: rule.filledText, sourcePath: rule.filledText, content: rule.required(rule.content) };

export class IndexBuilder implements SearchIndexBuilder {
  private readonly model: OpenModel;
  private readonly ownCache: string | undefined;
  private readonly isDefaultModel: boolean;
  private readonly options: CreateIndexOptions;
  private readonly countTokens: (text: string) => number;
  private readonly pages = new PageSet();
  /** Folders that were added, absolute. */
  private readonly folders: string[] = [];
  private readonly closing = new AbortController();
  private readonly signal: AbortSignal;
  private queue: Promise<unknown> = Promise.resolve();

  /** @param isDefaultModel whether the model is the package's own, of which more is known than its files say */
  constructor(model: OpenModel, options: CreateIndexOptions, isDefaultModel: boolean, ownCache?: string) {
    this.model = model;
    this.isDefaultModel = isDefaultModel;
    this.ownCache = ownCache;
    this.options = options;
    this.countTokens = countingTokens(model.folder.tokenizer);
    this.signal = AbortSignal.any([this.closing.signal, ...(options.signal ? [options.signal] : [])]);
  }

  addDirectory(path: string, options: AddDirectoryOptions = {}): Promise<AddedDirectory> {
    return this.next('addDirectory', async () => {
      rule.checkOptions('addDirectory', { path }, { path: rule.required(rule.filledText) });
      rule.checkOptions('addDirectory', options, {
        include: rule.globs,
        exclude: rule.globs,
        cleanUrls: rule.flag,
        markdownUrl: rule.call,
        language: rule.call,
        describe: rule.call,
        slug: rule.call,
      });
      const root = resolve(path);
      const { language, describe, markdownUrl, ...ingest } = options;
      const given = { include: [options.include ?? []].flat(), exclude: [options.exclude ?? []].flat() };
      const { passages, pages, report, leftOut, unmatched } = await ingestDirectory(root, {
        ...this.packing(),
        cleanUrls: this.options.cleanUrls,
        ...ingest,
        ...(markdownUrl && { markdownUrl: (page: string) => relativeAddress(markdownUrl(page), 'addDirectory') }),
        include: [DEFAULT_INCLUDE, ...given.include],
        exclude: [...DEFAULT_EXCLUDE, ...given.exclude],
        signal: this.signal,
      });
      this.folders.push(root);
      const added: AddedDirectory = {
        files: report.files,
        pages: 0,
        passages: 0,
        skipped: report.skipped,
        warnings: report.warnings,
        leftOut,
        unmatched: unmatched.filter((glob) => given.include.includes(glob) || given.exclude.includes(glob)),
      };
      let start = 0;
      for (const { url, path, lang, hasBodyMark, passageCount } of pages) {
        const more = describe?.(path);
        if (more) checkDescription(more);
        const read = passages.slice(start, start + passageCount);
        start += passageCount;
        if (more?.exclusion !== undefined) {
          added.skipped.push({ path, reason: more.exclusion });
          continue;
        }
        const own = more ? read.map((passage) => described(passage, more)) : read;
        this.put({ url, path, lang: lang || (language?.(path) ?? ''), hasBodyMark, passages: own }, added);
      }
      added.skipped.sort((a, b) => byCodeUnits(a.path, b.path));
      return added;
    });
  }

  addHTMLFile(file: PageFile): Promise<AddedPages> {
    return this.next('addHTMLFile', () => this.addFile('addHTMLFile', file, '.html', isHtmlPath));
  }

  addMarkdownFile(file: PageFile): Promise<AddedPages> {
    return this.next('addMarkdownFile', () => this.addFile('addMarkdownFile', file, '.md', isMarkdownPath));
  }

  addRecord(record: IndexRecord): Promise<AddedPages> {
    return this.next('addRecord', async () => {
      rule.checkOptions('addRecord', record, {
        url: rule.required(rule.filledText),
        title: rule.required(rule.text),
        content: rule.required(rule.text),
        language: rule.languageTag,
        headings: rule.texts,
        meta: rule.textTable,
        filters: rule.textsTable,
        sort: rule.textTable,
      });
      const url = relativeAddress(record.url, 'addRecord');
      const passages = recordPassages(record, url, this.packing());
      const added: AddedPages = { files: 1, pages: 0, passages: 0, skipped: [], warnings: [] };
      if (passages.length === 0) added.skipped.push({ path: url, reason: 'no text in its content' });
      else this.put({ url, path: url, lang: record.language ?? '', hasBodyMark: undefined, passages }, added);
      return added;
    });
  }

  write(outputFolder: string): Promise<WrittenIndex> {
    return this.next('write', async () => {
      rule.checkOptions('write', { outputFolder }, { outputFolder: rule.required(rule.filledText) });
      const output = resolve(outputFolder);
      await expectOutput(output, this.folders);
      const { cache = true } = this.options;
      const kept = cache === true ? (this.ownCache ?? defaultCachePath(output, this.folders)) : cache || undefined;
      return this.compose(output, kept);
    });
  }

  getFiles(): AsyncGenerator<IndexFolderFile, void, undefined> {
    this.expectOpen('getFiles');
    return this.filesOnce();
  }

  private async *filesOnce(): AsyncGenerator<IndexFolderFile, void, undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'latelight-files-'));
    try {
      const { cache } = this.options;
      const output = join(folder, 'index');
      const { files } = await this.next('getFiles', () =>
        this.compose(output, typeof cache === 'string' ? cache : undefined),
      );
      for (const path of files) yield { path, content: new Uint8Array(await readFile(join(output, path))) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.queue.catch(() => undefined);
    this.pages.clear();
  }

  private async compose(output: string, cachePath: string | undefined): Promise<WrittenIndex> {
    const { options } = this;
    // Only a file that a person named may be something else; one of our own that is damaged is written anew.
    if (typeof options.cache === 'string') PassageCache.expectUsable(options.cache, output);
    const { kept, unmarked } = markedPages(this.pages.inOrder());
    if (kept.length === 0) {
      throw new LatelightError(
        'ingest-failed',
        'index: expected pages with text, got none. Add some with addDirectory, addHTMLFile, addMarkdownFile or addRecord.',
      );
    }
    const { splitByLang = false, language, webgpu = true } = options;
    const warning = this.isDefaultModel && otherLanguageWarning(kept, language);
    if (warning) options.onMessage?.(warning);
    const ofMost = canonicalLanguage(language ?? mostCommonLanguage(kept));
    const whole = { language: ofMost, manifest: 'manifest.json', pages: kept };
    const written = await composeIndex(
      {
        model: this.model,
        countTokens: this.countTokens,
        groups: splitByLang ? groupByLanguage(kept, language) : [whole],
        splitByLang,
        cachePath,
        siteRoot: options.siteRoot ?? this.defaultSiteRoot(output),
        webgpu,
        page: { title: options.title ?? this.defaultTitle(), examples: options.examples ?? [] },
        onProgress: options.onProgress,
        signal: this.signal,
      },
      output,
    );
    const reason = 'no data-latelight-body, which other pages have';
    return { ...written, skipped: unmarked.map(({ path }) => ({ path, reason })) };
  }

  private addFile(
    where: string,
    file: PageFile,
    extension: '.html' | '.md',
    isPath: (path: string) => boolean,
  ): AddedPages {
    rule.checkOptions(where, file, PAGE_FILE);
    const url = file.url === undefined ? undefined : relativeAddress(file.url, where);
    const path = file.sourcePath ?? (url === undefined ? undefined : pathOfAddress(url, extension));
    if (path === undefined) {
      throw new LatelightError(
        'bad-option',
        `${where}: expected a url or a sourcePath to know the page by, got neither.`,
      );
    }
    if (url?.includes('#')) {
      throw new LatelightError(
        'bad-option',
        `${where}: expected the url of a page, got ${url}. Its sections get their anchors from the headings.`,
      );
    }
    if (!isPath(path)) {
      throw new LatelightError(
        'bad-option',
        `${where}: expected sourcePath to end in ${extension}, got ${path}. HTML goes to addHTMLFile, Markdown to addMarkdownFile.`,
      );
    }
    const added: AddedPages = { files: 1, pages: 0, passages: 0, skipped: [], warnings: [] };
    const skip = (reason: string) => ({ ...added, skipped: [{ path, reason }] });
    const parsed = parsePage(path, bytesOf(file.content));
    if ('skipped' in parsed) return skip(parsed.skipped);
    const { cleanUrls } = this.options;
    const address = url ?? relativeAddress(pageUrl(path, { cleanUrls }), where);
    const outcome = passagesOf(path, parsed.page, { ...this.packing(), cleanUrls }, address);
    if ('skipped' in outcome) return skip(outcome.skipped);
    const { page, passages } = outcome;
    added.warnings.push(...outcome.warnings.map((message) => ({ path, message })));
    this.put({ url: page.url, path, lang: page.lang, hasBodyMark: page.hasBodyMark, passages }, added);
    return added;
  }

  private put(page: IndexedPage, added: AddedPages): void {
    const replaced = this.pages.put(page);
    added.pages++;
    added.passages += page.passages.length;
    if (!replaced) return;
    const other = replaced.path === page.path ? 'an earlier page' : replaced.path;
    added.warnings.push({ path: page.path, message: `takes the place of ${other}: both have the address ${page.url}` });
  }

  private packing() {
    return { countTokens: this.countTokens, maxTokens: this.model.folder.tokenizer.documentBudget - CONTEXT_TOKENS };
  }

  /** An index folder inside a site leads back to the site's root; one elsewhere is taken to be put beside the pages. */
  private defaultSiteRoot(output: string): string {
    const [root] = this.folders.filter((folder) => output.startsWith(folder + sep)).sort((a, b) => b.length - a.length);
    return root === undefined ? '' : `${relative(output, root).split(sep).join('/')}/`;
  }

  private defaultTitle(): string {
    return this.folders.length > 0 ? basename(this.folders[0]) : '';
  }

  private expectOpen(where: string): void {
    if (!this.closing.signal.aborted) return;
    throw new LatelightError(
      'bad-option',
      `${where}: expected an open index, got one that was closed. Make another with createIndex.`,
    );
  }

  /** After everything that was called before, whether that went well or not. */
  private next<T>(where: string, run: () => Promise<T> | T): Promise<T> {
    try {
      this.expectOpen(where);
    } catch (error) {
      return Promise.reject(error);
    }
    const turn = this.queue
      .catch(() => undefined)
      .then(async () => {
        throwIfAborted(this.signal, where);
        try {
          return await run();
        } catch (error) {
          throw fileError(error, 'index') ?? error;
        }
      });
    this.queue = turn;
    return turn;
  }
}

function checkDescription(description: PageDescription): void {
  rule.checkOptions('describe', description, {
    exclusion: rule.text,
    meta: rule.textTable,
    filters: rule.textsTable,
    sort: rule.textTable,
  });
}

function described(passage: Passage, { meta, filters, sort }: PageDescription): Passage {
  return {
    ...passage,
    meta: { ...passage.meta, ...meta },
    filters: { ...passage.filters, ...filters },
    ...((passage.sort || sort) && { sort: { ...passage.sort, ...sort } }),
  };
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  // The mark says that these bytes are UTF-8, whatever a <meta charset> says of the file that the text came from.
  return typeof content === 'string' ? new TextEncoder().encode(`\uFEFF${content.replace(/^\uFEFF/, '')}`) : content;
}
