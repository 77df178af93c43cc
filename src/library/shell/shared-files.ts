// What was shared with the installed app: share-target.js (in the service worker) keeps it in a cache, where it stays until it was taken.

import type { AddedFile } from '../types.ts';
import { fileNameOf, freeName, nameOfText, timeName } from './file-names.ts';

/** The cache that share-target.js writes. */
export const SHARED_CACHE = 'latelight-shared';
/** Of a kept file: its name, percent-encoded. */
export const NAME_HEADER = 'X-Latelight-Name';

/** What was shared beside files, as the manifest's `share_target` names it. */
export interface SharedFields {
  title: string;
  text: string;
  url: string;
}

export interface Share {
  files: AddedFile[];
  /** Keys of its entries, to be deleted once it was taken. */
  keys: string[];
}

/** Shares that were not taken yet, oldest first. Their keys end in `.shared/<milliseconds>-<random>/<number of the file, or "fields">`. */
export async function readShares(cache: Pick<Cache, 'keys' | 'match'>): Promise<Share[]> {
  const shares = new Map<string, Share & { time: number }>();
  for (const { url } of await cache.keys()) {
    const [, id, time, part] = /\/\.shared\/((\d+)-\w+)\/(\d+|fields)$/.exec(url) ?? [];
    const response = id === undefined ? undefined : await cache.match(url);
    if (!response) continue;
    const share = shares.get(id) ?? { time: Number(time), files: [], keys: [] };
    shares.set(id, share);
    share.keys.push(url);
    const folder = `shared/${timeName(new Date(share.time))}`;
    const put = (name: string, file: Blob) => {
      // Two pictures or scans of one share are often called the same.
      const isTaken = (free: string) => share.files.some(({ path }) => path === `${folder}/${free}`);
      share.files.push({ path: `${folder}/${freeName(name, isTaken)}`, file });
    };
    if (part === 'fields') {
      const text = sharedText((await response.json()) as SharedFields);
      if (text) put(text.path, text.file);
    } else {
      put(fileNameOf(decodeURIComponent(response.headers.get(NAME_HEADER) ?? '')), await response.blob());
    }
  }
  return [...shares.values()].sort((a, b) => a.time - b.time);
}

/** A shared text or address as a Markdown file. The address is kept as text: the page loads nothing from elsewhere. */
export function sharedText({ title, text, url }: SharedFields): { path: string; file: Blob } | undefined {
  const parts = [title && `# ${title.replace(/\s+/g, ' ')}`, text, text.includes(url) ? '' : url];
  const content = parts.map((part) => part.trim()).filter(Boolean);
  if (content.length === 0) return undefined;
  const path = `${nameOfText(title || text || url) || 'Shared text'}.md`;
  return { path, file: new Blob([`${content.join('\n\n')}\n`], { type: 'text/markdown' }) };
}
