// Whether the pages of an index are in a folder. Where an index says its site is, one from elsewhere may say of whatever folder it was
// unpacked in; where half of its pages are, it was most likely made.

import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pageAddress } from '../format/pages.ts';
import { isWithin } from '../indexing/is-within.ts';
import { documentKind } from '../ingest/document-kind.ts';
import { decodedPath } from './static-files.ts';

/** Pages looked for. Half of them may be gone or elsewhere. */
const SAMPLE = 20;
/** What may stand behind an address, as static hosts have it. */
const ENDINGS = ['', '.html', '.htm', '/index.html', '/index.htm'];

/** @param index the index folder @param root the folder that may be its site, which is above it */
export async function hasPagesOf(index: string, root: string): Promise<boolean> {
  const addresses = await sampleAddresses(index);
  const found = addresses.filter((address) => isPage(address, root, index));
  return found.length > 0 && found.length >= addresses.length / 2;
}

/** Of the first and the last passages; none for an index that cannot be read. */
async function sampleAddresses(index: string): Promise<string[]> {
  try {
    const { fragments } = JSON.parse(await readFile(join(index, 'manifest.json'), 'utf8'));
    const ends = [fragments[0], fragments.at(-1)].map(({ file }) => expectOwn(file));
    const texts = await Promise.all(ends.map((file) => readFile(join(index, file), 'utf8')));
    return texts.flatMap((text) => {
      const urls: string[] = JSON.parse(text).passages.map(({ url }: { url: string }) => pageAddress(url));
      return [...new Set(urls)].slice(0, SAMPLE / 2);
    });
  } catch {
    return [];
  }
}

function expectOwn(file: string): string {
  if (!/^fragments\/\w+\.json$/.test(file)) throw new Error(`expected a file of the index, got ${file}`);
  return file;
}

/** Neither what is in the index itself nor what `serve` keeps to itself proves anything. */
function isPage(address: string, root: string, index: string): boolean {
  const path = decodedPath(address)?.replace(/^\.\//, '').replace(/\/$/, '');
  if (path === undefined || /(^|[/\\])\./.test(path)) return false;
  const place = resolve(root, path);
  if (isWithin(place, index)) return false;
  return ENDINGS.some((ending) => isWithin(place + ending, root) && isPageFile(place + ending));
}

/** A page is HTML or Markdown: every folder has some file of a name that can be guessed. */
function isPageFile(place: string): boolean {
  const kind = documentKind(place);
  return (kind === 'html' || kind === 'markdown') && isFile(place);
}

/** A path below a file, or one too long for the system, is none. */
function isFile(place: string): boolean {
  try {
    return statSync(place).isFile();
  } catch {
    return false;
  }
}
