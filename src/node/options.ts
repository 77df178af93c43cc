// The Node API: the builder, its options and results. Types only.

import type { ModelOverrides } from '../encoder/model-config.ts';

/** An index in the making, from `createIndex`. Calls take effect in the order they are made; all are refused with `bad-option` once it is closed. */
export interface SearchIndexBuilder {
  /**
   * Adds every HTML and Markdown page below a folder, whose root is taken for the site's, and what `include` names.
   * @throws LatelightError `ingest-failed` when it is missing or no folder; `bad-option`, `aborted`
   */
  addDirectory(path: string, options?: AddDirectoryOptions): Promise<AddedDirectory>;
  /** Adds one HTML page. @throws LatelightError `bad-option`, `aborted` */
  addHTMLFile(file: PageFile): Promise<AddedPages>;
  /** Adds one Markdown page; MDX when `sourcePath` ends so. @throws LatelightError `bad-option`, `aborted` */
  addMarkdownFile(file: PageFile): Promise<AddedPages>;
  /** Adds text that is in no file. @throws LatelightError `bad-option`, `aborted` */
  addRecord(record: IndexRecord): Promise<AddedPages>;
  /**
   * Writes the index folder: whole, or not at all. Can be called again after more was added.
   * @throws LatelightError `ingest-failed` when there is no page; `bad-option` when the folder holds something else than an older
   *   index, is or holds one that was added, or has no parent, or the cache is a file of something else; `aborted`
   */
  write(outputFolder: string): Promise<WrittenIndex>;
  /**
   * The files of the index folder, one in memory at a time. Until the last is taken, or the loop is left, they wait in a temporary
   * folder. Without `siteRoot`, hits' addresses lead into the index's own folder. With `cache: true` all is encoded again: there is
   * no output to know a cache by.
   */
  getFiles(): AsyncGenerator<IndexFolderFile, void, undefined>;
  /** Stops what runs, which rejects with `aborted`, and lets go of pages and model. Calling it again does nothing. */
  close(): Promise<void>;
}

export interface CreateIndexOptions {
  /** A PyLate model with ONNX files: a folder, or `owner/name[@revision]` on the Hub. Default: the model in the package. */
  model?: string;
  /** Dimensions kept (default: the model's, at most 128) and dimensions a code stands for (2, default, is finer; 4 is half the bytes). */
  shape?: { dim?: number; subspaceDim?: 2 | 4 };
  /** What the model's files do not say: prompts, query expansion. */
  modelOverrides?: ModelOverrides;
  /** Whether the index holds the files that only WebGPU needs (about 51 MB). Default true. */
  webgpu?: boolean;
  /**
   * Encoded passages of earlier runs: true (default) keeps them in `node_modules/.cache/latelight` of the project that the program is run
   * in, or `.latelight-cache` there; of an output outside of it, or of a folder that is the project, in the user's folder for caches. A
   * string names the file, false encodes all again.
   */
  cache?: boolean | string;
  /** `guide/setup.html` is served as `guide/setup`. Default false. */
  cleanUrls?: boolean;
  /** Title of the search page. Default: the name of the first folder added. */
  title?: string;
  /** Questions offered on the search page. */
  examples?: string[];
  /**
   * Where hits' addresses lead, relative to the index: `../`, `docs/`. Default: back to the added folder that the index is written
   * into; else the index's own folder.
   */
  siteRoot?: string;
  /**
   * One index for each language (`lang` of the pages) in the same folder, over shared files: docs/FORMAT.md, "Languages". A page
   * then searches in its own language. Default false: all pages in one index.
   */
  splitByLang?: boolean;
  /**
   * BCP 47 language of pages that name none, and with `splitByLang` the default, or what is nearest to it: `en` for `en-US`. Default:
   * that of most pages, of equals the root page's.
   */
  language?: string;
  /** Called while passages are encoded. */
  onProgress?: (progress: IndexProgress) => void;
  /** Called with lines worth showing: how far a model's download is, pages in a language that the default model does not know. */
  onMessage?: (line: string) => void;
  /** Cancels whatever runs; the builder is of no use afterwards. */
  signal?: AbortSignal;
}

export interface IndexProgress {
  phase: 'encode';
  /** Passages that had to be encoded: so far, and in all. */
  done: number;
  total: number;
}

export interface AddDirectoryOptions {
  /** Globs of files to read besides HTML and Markdown: PDF, DOCX, EPUB, plain text, source code; indexes that a generator of documentation made. Relative to the folder. */
  include?: string | readonly string[];
  /** Globs of paths not to read, besides `404.html` at the root and `node_modules`. */
  exclude?: string | readonly string[];
  /** In place of the index's own `cleanUrls`. */
  cleanUrls?: boolean;
  /** Address of the page made from a Markdown file, given its `/`-separated path. Default: the path. */
  markdownUrl?: (path: string) => string;
  /** Language of a page that names none, given its path. */
  language?: (path: string) => string | undefined;
  /** Id that the site gives a heading of Markdown, given its text; repeated ones are numbered. Default: GitHub's rule. */
  slug?: (heading: string) => string;
  /** What a page does not say itself, as a built one does not say what is in its source's front matter. Given its path. */
  describe?: (path: string) => PageDescription | undefined;
}

export interface PageDescription {
  /** Why the page is left out; absent: it is not. */
  exclusion?: string;
  /** Before the page's own, name by name, as are `filters` and `sort`. */
  meta?: Record<string, string>;
  /** Values to filter by. */
  filters?: Record<string, string[]>;
  /** Values to order pages by. */
  sort?: Record<string, string>;
}

export interface PageFile {
  /** Address relative to the site's root. Default: made from `sourcePath`, as for a file of a folder. */
  url?: string;
  /** `/`-separated path relative to the site's root, with its extension. Default: made from `url`. */
  sourcePath?: string;
  /** Text, or bytes in the encoding that they name. */
  content: string | Uint8Array;
}

export interface IndexRecord {
  /** Address relative to the site's root, with an anchor if it is about a part of a page. */
  url: string;
  /** Shown with each hit, and encoded with each passage. */
  title: string;
  /** Plain text; empty lines separate paragraphs. */
  content: string;
  /** BCP 47 tag, of the text. */
  language?: string;
  /** Headings above the text, outermost first, without the title. */
  headings?: string[];
  /** Shown with a hit: `image`, `description`, ... */
  meta?: Record<string, string>;
  /** Values to filter by. */
  filters?: Record<string, string[]>;
  /** Values to order pages by: numbers, ISO dates or words. */
  sort?: Record<string, string>;
}

export interface AddedPages {
  /** Files looked at. */
  files: number;
  /** Pages that were added. */
  pages: number;
  /** Passages that they were cut into. */
  passages: number;
  /** What is not in the index, and why. */
  skipped: { path: string; reason: string }[];
  /** What was added, but not quite as it stands, or in place of something else. */
  warnings: { path: string; message: string }[];
}

export interface AddedDirectory extends AddedPages {
  /** Files that `include` could name and does not, by extension: `{ '.pdf': 3 }`. Beside HTML pages, text and code do not count. */
  leftOut: Record<string, number>;
  /** Globs of `include` and `exclude` that match nothing in the folder. */
  unmatched: string[];
}

export interface WrittenIndex {
  /** Absolute path of the index folder. */
  output: string;
  /** Pages in it. */
  pages: number;
  /** Passages in it. */
  passages: number;
  /** Passages that needed no encoding. */
  reused: number;
  /** File that keeps encoded passages for the next run; absent: none does. */
  cache?: string;
  /** Document tokens that became rows, before pooling. */
  tokens: number;
  /** Codes of all shards. */
  shardBytes: number;
  /** All files of the folder. */
  totalBytes: number;
  /** Language -> its manifest's file name and sizes; one entry, whose name may be '', without `splitByLang`. */
  languages: Record<string, { manifest: string; pages: number; passages: number }>;
  /** Pages left out because others carry `data-latelight-body` and they do not. */
  skipped: { path: string; reason: string }[];
  /** Files in the order they were written: the manifest that opens the index is the last. */
  files: string[];
}

export interface IndexFolderFile {
  /** `/`-separated, relative to the index folder. */
  path: string;
  /** Its bytes. */
  content: Uint8Array;
}
