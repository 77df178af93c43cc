// Files of a folder over HTTP as static hosts serve them, for `latelight serve`.

import { existsSync, realpathSync, statSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { join, resolve, sep } from 'node:path';
import sirv from 'sirv';

/** What sirv looks for besides an address itself, with the slash at its end taken off. */
const FILE_ENDINGS = ['.html', '.htm'];
const FOLDER_ENDINGS = ['/index', '/index.html', '/index.htm'];

/**
 * @param index `/`-separated path of the index folder in the root, without slashes at its ends; '' when the root is it
 * @param base where the root is served, with slashes at its ends; nothing else is there
 */
export function staticFiles(root: string, index: string, base = '/'): RequestListener {
  const realRoot = realpathSync(root);
  const inIndex = `/${index}${index && '/'}`;
  const files = sirv(root, {
    dev: true,
    etag: true,
    setHeaders: (response, path) => {
      const isKept = path.startsWith(inIndex) && isNamedByContent(path);
      response.setHeader('Cache-Control', isKept ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request, response) => {
    const notFound = (why = '') => {
      response.statusCode = 404;
      response.end(`Not found${why}\n`);
    };
    const [rawPath, search] = splitAddress(request.url ?? '/');
    const lead = (to: string) => void response.writeHead(302, { Location: to + search }).end();
    const wholePath = decodedPath(rawPath);
    if (wholePath !== undefined && `${wholePath}/` === base) return lead(encodedPath(base));
    if (!wholePath?.startsWith(base)) return notFound(base === '/' ? '' : `: the site is at ${base}`);
    const path = wholePath.slice(base.length - 1);
    // A site's folder is also where .git and .env are. The index's own place may be hidden; nothing in it is, and `..` leads out of it.
    const asked = path.startsWith(inIndex) ? path.slice(inIndex.length - 1) : path;
    if (/[/\\]\.(?!well-known\/)/.test(asked)) return notFound();
    if (isLinkOut(realRoot, root, path)) return notFound();
    if (isFolderPage(root, path)) return lead(`${rawPath.replace(/^\/+/, '/')}/`);
    // Sites of Markdown files have no page at their root.
    if (path === '/' && index && !existsSync(join(root, 'index.html')))
      return lead(encodedPath(base + inIndex.slice(1)));
    setPath(request, path);
    files(request, response, () => notFound());
  };
}

/** Files of an index whose names change with what is in them: docs/guide/hosting.md. */
function isNamedByContent(path: string): boolean {
  return /\/(shards|fragments|lexicon|pages|filters|models|runtime|assets)\/[^/]+\.(?!html?$)\w+$/.test(path);
}

/** A folder's page at an address without the slash at its end, where relative addresses would lead beside the folder. */
function isFolderPage(root: string, path: string): boolean {
  const place = resolve(root, `.${path}`);
  if (path.endsWith('/') || !place.startsWith(resolve(root) + sep)) return false;
  if (FILE_ENDINGS.some((extension) => existsSync(place + extension))) return false;
  return !!statSync(place, { throwIfNoEntry: false })?.isDirectory() && existsSync(join(place, 'index.html'));
}

/** Whether a link in the folder leads to what is not in it: the indexer does not follow it there, either. */
function isLinkOut(realRoot: string, root: string, path: string): boolean {
  const inside = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
  const place = path.replace(/\/$/, '');
  const endings = place === '' ? FOLDER_ENDINGS : ['', ...FILE_ENDINGS, ...FOLDER_ENDINGS];
  return endings.some((ending) => {
    try {
      return !`${realpathSync(join(root, place + ending))}${sep}`.startsWith(inside);
    } catch {
      return false;
    }
  });
}

/** For a header or a person to open. */
export function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function splitAddress(url: string): [path: string, search: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at)];
}

/** Nothing for what is no path. */
export function decodedPath(path: string): string | undefined {
  try {
    const text = decodeURIComponent(path);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** sirv decodes with decodeURI, which leaves `%23` and `%3F`; it takes a path that is parsed already, as connect and polka leave it. */
function setPath(request: IncomingMessage, path: string): void {
  const parsed = { raw: request.url, pathname: path.replaceAll('%', '%25'), search: '' };
  Object.assign(request, { _parsedUrl: parsed });
}
