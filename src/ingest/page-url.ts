// Path of a file in the indexed folder -> address of its page. Always relative, `/`-separated and percent-encoded.

export interface UrlOptions {
  /** `guide/setup.html` is served as `guide/setup`. Default false: the file's name is the address. */
  cleanUrls?: boolean;
  /**
   * Address of the page made from a Markdown file, e.g. `(path) => path.replace(/\.md$/, '.html')`. Gets the path with `/`,
   * unencoded; its answer is used as it is. Default: the path itself.
   */
  markdownUrl?: (path: string) => string;
}

const HTML_FILE = /\.(html?|xhtml)$/i;
const MARKDOWN_FILE = /\.(md|mdx|markdown)$/i;

export function isHtmlPath(path: string): boolean {
  return HTML_FILE.test(path);
}

export function isMarkdownPath(path: string): boolean {
  return MARKDOWN_FILE.test(path);
}

/**
 * `guide/index.html` is `guide/`; the root's own `index.html` is `./`, never '' (which tests as false and, as a link, keeps
 * the current page's query).
 */
export function pageUrl(path: string, options: UrlOptions = {}): string {
  if (isMarkdownPath(path)) return options.markdownUrl ? options.markdownUrl(path) : encodePath(path);
  const folder = path.replace(/(^|\/)index\.(html?|xhtml)$/i, '$1');
  if (folder === '') return './';
  return encodePath(options.cleanUrls ? folder.replace(HTML_FILE, '') : folder);
}

export function withAnchor(url: string, anchor: string | undefined): string {
  if (anchor === undefined || anchor === '') return url;
  return `${url}#${encodeURI(wellFormed(anchor)).replace(/#/g, '%23')}`;
}

/** Escapes nothing that may stand in a path: many servers undo only what decodeURI does, and would look for a file named `a%2Bb`. */
function encodePath(path: string): string {
  const encoded = path
    .split('/')
    .map((segment) =>
      encodeURIComponent(wellFormed(segment)).replace(/%(?:40|3A|2B|2C|3B|3D|26|24)/g, decodeURIComponent),
    )
    .join('/');
  // A colon in the first segment would read as a scheme.
  return /^[^/]*:/.test(encoded) ? `./${encoded}` : encoded;
}

// Names on Windows may hold half a surrogate pair, on which encodeURI throws.
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
