// Lexicon files (*.llx): which passages have which word, in chunks of which a search fetches those of its words alone.
// docs/FORMAT.md, "Lexicon".

import { LatelightError } from '../errors.ts';
import { FieldChecker, type FileKind, writeMagic } from './file-header.ts';
import { dottedNumbers, lexicalWords } from './lexical-words.ts';

/** Magic, u16 version, u16 header bytes, u32 words. */
const HEADER_BYTES = 16;
const KIND: FileKind = { magic: 'LLLEXIC\n', version: 1, headerBytes: HEADER_BYTES };
/** A chunk is closed before it would grow beyond this: one word of a query costs one download of about so much. */
const CHUNK_BYTES = 16 * 1024;
/** Words in more than this share of the passages say nothing by being there; their passages are not listed. */
export const COMMON_SHARE = 1 / 8;
/** But in a small index every word is listed. */
const FEW_PASSAGES = 64;
/** Longer words are cut: nobody types them, and base64 must not fill the lexicon. */
const MOST_KEY_BYTES = 64;

export interface LexiconChunk {
  /** The chunk's first word; its last stands before the next chunk's first. By code units of UTF-8. */
  first: string;
  /** Its words that too many passages have to be listed. */
  common: string[];
  content: Uint8Array;
}

/** Ascending ids of passages that have the word, or `common` when too many do. */
export type Postings = Uint32Array | 'common';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The key as the lexicon holds it: whole characters of at most 64 bytes. */
export function lexiconKey(key: string): string {
  const bytes = encoder.encode(key);
  if (bytes.length <= MOST_KEY_BYTES) return key;
  return decoder.decode(bytes.subarray(0, MOST_KEY_BYTES)).replace(/\uFFFD+$/, '');
}

/** Chunks in the order of their words. @param texts of the passages, in order of their ids */
export function* writeLexicon(texts: Iterable<string>): Generator<LexiconChunk> {
  const postings = new Map<string, number[]>();
  let passageCount = 0;
  for (const text of texts) {
    const id = passageCount++;
    const keys = new Set([...lexicalWords(text).map(({ key }) => key), ...dottedNumbers(text)]);
    for (const key of keys) {
      const word = lexiconKey(key);
      const ids = postings.get(word);
      if (!ids) postings.set(word, [id]);
      else if (ids[ids.length - 1] !== id) ids.push(id);
    }
  }
  const most = Math.max(FEW_PASSAGES, passageCount * COMMON_SHARE);
  const words = [...postings.keys()].map((word) => ({ word, bytes: encoder.encode(word) }));
  words.sort((a, b) => compareBytes(a.bytes, b.bytes));

  let entries: number[] = [];
  let first = '';
  let common: string[] = [];
  let count = 0;
  let previous = new Uint8Array();
  const close = (): LexiconChunk => {
    const content = new Uint8Array(HEADER_BYTES + entries.length);
    const view = writeMagic(content, KIND);
    view.setUint16(8, KIND.version, true);
    view.setUint16(10, HEADER_BYTES, true);
    view.setUint32(12, count, true);
    content.set(entries, HEADER_BYTES);
    return { first, common, content };
  };
  for (const { word, bytes } of words) {
    let entry = wordEntry(previous, bytes, postings.get(word)!, most);
    if (count > 0 && HEADER_BYTES + entries.length + entry.length > CHUNK_BYTES) {
      yield close();
      entries = [];
      common = [];
      count = 0;
      entry = wordEntry(new Uint8Array(), bytes, postings.get(word)!, most);
    }
    if (count === 0) first = word;
    if (postings.get(word)!.length > most) common.push(word);
    for (const byte of entry) entries.push(byte);
    count++;
    previous = bytes;
  }
  if (count > 0) yield close();
}

/** Bytes shared with the word before, bytes of its own, those bytes, number of ids (0: common), gaps between ids; varints. */
function wordEntry(previous: Uint8Array, word: Uint8Array, ids: number[], most: number): number[] {
  let shared = 0;
  while (shared < previous.length && shared < word.length && previous[shared] === word[shared]) shared++;
  const entry: number[] = [];
  pushVarint(entry, shared);
  pushVarint(entry, word.length - shared);
  for (let i = shared; i < word.length; i++) entry.push(word[i]);
  if (ids.length > most) {
    entry.push(0);
    return entry;
  }
  pushVarint(entry, ids.length);
  let before = -1;
  for (const id of ids) {
    pushVarint(entry, id - before - 1);
    before = id;
  }
  return entry;
}

/**
 * All words of a chunk with their passages.
 * @throws LatelightError `bad-fragment` when the bytes are no chunk of an index of `passageCount` passages
 */
export function readLexiconChunk(bytes: Uint8Array, passageCount: number): Map<string, Postings> {
  const check = new FieldChecker((what) => {
    throw new LatelightError('bad-fragment', `lexicon: ${what}. Download it again, or index the site again.`);
  });
  const { fail } = check;
  const view = check.expectMagic(bytes, KIND);
  check.expect('version', KIND.version, view.getUint16(8, true));
  check.expect('header bytes', HEADER_BYTES, view.getUint16(10, true));
  const count = view.getUint32(12, true);
  if (count > bytes.length) fail(`expected at most ${bytes.length} words, got ${count}`);

  let at = HEADER_BYTES;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (at >= bytes.length) fail('expected a number, got the end of the file');
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (value >= 2 ** 32 || (byte >= 128 && factor === 2 ** 28)) fail('expected a number of at most 32 bits');
      if (byte < 128) return value;
    }
  };
  const words = new Map<string, Postings>();
  let word = new Uint8Array();
  for (let i = 0; i < count; i++) {
    const shared = varint();
    const own = varint();
    if (shared > word.length || shared + own > MOST_KEY_BYTES || at + own > bytes.length)
      fail('expected words that fit');
    const next = new Uint8Array(shared + own);
    next.set(word.subarray(0, shared));
    next.set(bytes.subarray(at, at + own), shared);
    if (i > 0 && compareBytes(word, next) >= 0) fail('expected ascending words');
    at += own;
    word = next;
    const idCount = varint();
    if (idCount > passageCount) fail(`expected at most ${passageCount} passages of a word, got ${idCount}`);
    const ids = new Uint32Array(idCount);
    let id = -1;
    for (let n = 0; n < idCount; n++) {
      id += varint() + 1;
      if (id >= passageCount) fail(`expected passages below ${passageCount}, got ${id}`);
      ids[n] = id;
    }
    words.set(decoder.decode(word), idCount === 0 ? 'common' : ids);
  }
  if (at !== bytes.length) fail(`expected ${at} bytes, got ${bytes.length}`);
  return words;
}

/** Index of the chunk that has the word if any has; -1 when it stands before all. @param firsts first words of the chunks, in order */
export function chunkOf(firsts: readonly string[], word: string): number {
  const wanted = encoder.encode(word);
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(encoder.encode(firsts[middle]), wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

function pushVarint(to: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) to.push((rest % 128) | 128);
  to.push(rest);
}
