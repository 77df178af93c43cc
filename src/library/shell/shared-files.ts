// What was shared with the installed app: share-target.js (in the service worker) keeps it in a cache, where it stays until it was taken.

import { fileNameOf, freeName, nameOfText, timeName } from '../file-names.ts';
import type { AddedFile } from '../types.ts';

/** The cache that share-target.js writes. */
export const SHARED_CACHE = 'latelight-shared';
/** Of a kept file: its name, percent-encoded. */
export const NAME_HEADER = 'X-Latelight-Name';

/** A service worker that still writes a share after this was ended: what is there of it is never made whole. */
const UNFINISHED_MS = 60 * 60 * 1000;

/** What was shared beside files, as the manifest's `share_target` names it. */
export interface SharedFields {
  title: string;
  text: string;
  url: string;
}

/** One that waits, known by its keys alone: what is in it is read when a person wants it. */
export interface Share {
  id: string;
  /** Milliseconds since 1970. */
  time: number;
  /** A shared text or address is one, too. */
  fileCount: number;
  /** Of its entries, to be deleted once it was taken. */
  keys: string[];
}

type SharedCache = Pick<Cache, 'keys' | 'match' | 'put' | 'delete'>;

/**
 * Shares that were not taken yet, oldest first. Their keys end in `.shared/<milliseconds>-<random>/<part>`; parts are numbers of files,
 * then `fields` or `nothing` beside them, and `begun` while it is read. Deleted are those that were begun and not finished: by a service
 * worker that was ended, or by a page that they would hang once more. Not to be called while another tab takes one.
 */
export async function waitingShares(cache: SharedCache, now: number): Promise<Share[]> {
  const shares = new Map<string, Share & { isWhole: boolean; isBegun: boolean }>();
  for (const { url } of await cache.keys()) {
    const [, id, time, part] = /\/\.shared\/((\d+)-\w+)\/(\d+|fields|nothing|begun)$/.exec(url) ?? [];
    if (id === undefined) continue;
    const share = shares.get(id) ?? {
      id,
      time: Number(time),
      fileCount: 0,
      keys: [],
      isWhole: false,
      isBegun: false,
    };
    shares.set(id, share);
    share.keys.push(url);
    if (part === 'begun') share.isBegun = true;
    else if (part !== 'nothing') share.fileCount++;
    if (part === 'fields' || part === 'nothing') share.isWhole = true;
  }
  const waiting: Share[] = [];
  for (const { isWhole, isBegun, ...share } of shares.values()) {
    if (isWhole && !isBegun && share.fileCount > 0) waiting.push(share);
    else if (isWhole || isBegun || now - share.time > UNFINISHED_MS) await deleteShare(cache, share);
  }
  return waiting.sort((a, b) => a.time - b.time);
}

export async function deleteShare(cache: Pick<Cache, 'delete'>, { keys }: Share): Promise<void> {
  for (const key of keys) await cache.delete(key);
}

/** Its files and texts. Until they are read it is marked as begun: a page that does not come to an end of it drops it the next time. */
export async function readShare(cache: SharedCache, { time, keys }: Share): Promise<AddedFile[]> {
  const begun = keys[0].replace(/[^/]+$/, 'begun');
  await cache.put(begun, new Response());
  const folder = `shared/${timeName(new Date(time))}`;
  const files = new Map<string, AddedFile>();
  const put = (name: string, file: Blob) => {
    // Two pictures or scans of one share are often called the same.
    const path = `${folder}/${freeName(name, (free) => files.has(`${folder}/${free}`))}`;
    files.set(path, { path, file });
  };
  try {
    for (const key of keys) {
      const response = await cache.match(key);
      if (!response || key.endsWith('/nothing')) continue;
      if (key.endsWith('/fields')) {
        const text = sharedText((await response.json()) as SharedFields);
        if (text) put(text.path, text.file);
      } else {
        put(fileNameOf(decodeURIComponent(response.headers.get(NAME_HEADER) ?? '')), await response.blob());
      }
    }
  } finally {
    await cache.delete(begun);
  }
  return [...files.values()];
}

/** A shared text or address as a Markdown file. The address is kept as text: the page loads nothing from elsewhere. */
export function sharedText({ title, text, url }: SharedFields): { path: string; file: Blob } | undefined {
  const parts = [title && `# ${title.replace(/\s+/g, ' ')}`, text, text.includes(url) ? '' : url];
  const content = parts.map((part) => part.trim()).filter(Boolean);
  if (content.length === 0) return undefined;
  const path = `${nameOfText(title || text || url) || 'Shared text'}.md`;
  return { path, file: new Blob([`${content.join('\n\n')}\n`], { type: 'text/markdown' }) };
}
