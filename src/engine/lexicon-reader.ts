// Which passages of one index have a word, chunk by chunk: a chunk of the lexicon is fetched when one of its words is asked for.

import { throwIfAborted, unlessAborted } from '../errors.ts';
import { areForms, formPrefix } from '../format/lexical-words.ts';
import { chunkOf, type Postings, readLexiconChunk } from '../format/lexicon.ts';
import type { LexiconRef } from '../format/manifest.ts';
import type { ByteSource } from '../format/source.ts';
import { Kept } from './kept.ts';

/** Chunks kept in memory, of 16 KB of file each. */
const CHUNKS_KEPT = 64;

/** Passages that have a word, and those that have another form of it alone, in no order. */
export interface WordPassages {
  own: Postings;
  forms: Uint32Array;
}

export class LexiconReader {
  private readonly source: Pick<ByteSource, 'read'>;
  private readonly refs: readonly LexiconRef[];
  private readonly firstWords: string[];
  readonly passageCount: number;
  private readonly chunks = new Kept<Map<string, Postings>>(CHUNKS_KEPT);

  /** @param refs chunks in the order of their words; none for an index without a lexicon */
  constructor(source: Pick<ByteSource, 'read'>, refs: readonly LexiconRef[], passageCount: number) {
    this.source = source;
    this.refs = refs;
    this.firstWords = refs.map(({ first }) => first);
    this.passageCount = passageCount;
  }

  get isEmpty(): boolean {
    return this.refs.length === 0;
  }

  /**
   * Nothing is fetched for a word that the manifest knows for a common one.
   * @param word as `lexiconKey` gives it
   * @throws LatelightError `download-failed`, `hash-mismatch`, `bad-fragment`, `aborted`
   */
  async postings(word: string, signal?: AbortSignal): Promise<Postings> {
    if (this.isKnownCommon(word)) return 'common';
    const at = chunkOf(this.firstWords, word);
    const chunk = at < 0 ? undefined : await this.chunk(at, signal);
    throwIfAborted(signal, 'search');
    return chunk?.get(word) ?? new Uint32Array();
  }

  /** The same for the first words, at most `most`, that begin with `prefix`; chunks are fetched one after another, until there are enough. */
  async postingsFrom(prefix: string, most: number, signal?: AbortSignal): Promise<Postings[]> {
    const found: Postings[] = [];
    for (const at of this.chunksFrom(prefix)) {
      for (const [word, postings] of await this.chunk(at, signal)) {
        if (word.startsWith(prefix)) found.push(postings);
        if (found.length === most) return found;
      }
      throwIfAborted(signal, 'search');
    }
    return found;
  }

  /** A word and its other forms; forms that are common say nothing, nor do those of a word that is. All chunks are fetched at once. */
  async wordPassages(word: string, signal?: AbortSignal): Promise<WordPassages> {
    const prefix = formPrefix(word);
    const reading = this.postings(word, signal);
    if (prefix === undefined || this.isKnownCommon(word)) return { own: await reading, forms: new Uint32Array() };
    const [own, ...chunks] = await Promise.all([
      reading,
      ...this.chunksFrom(prefix).map((at) => this.chunk(at, signal)),
    ]);
    if (own === 'common') return { own, forms: new Uint32Array() };
    const ids = new Set<number>();
    for (const chunk of chunks) {
      for (const [other, postings] of chunk) {
        // Few of a chunk's words begin so, and comparing letters costs more.
        if (postings === 'common' || !other.startsWith(prefix) || !areForms(word, other)) continue;
        for (const id of postings) ids.add(id);
      }
    }
    for (const id of own) ids.delete(id);
    return { own, forms: Uint32Array.from(ids) };
  }

  /** All words that begin with `prefix`; their chunks are fetched at once. */
  async wordsFrom(prefix: string, signal?: AbortSignal): Promise<Map<string, Postings>> {
    return this.wordsOf(prefix, this.chunksFrom(prefix), signal);
  }

  /** All words that begin as `word` does: with as few of its first letters, at least one, as `mostChunks` chunks have all words of. */
  async wordsNear(word: string, mostChunks: number, signal?: AbortSignal): Promise<Map<string, Postings>> {
    let prefix = '';
    for (const letter of word) {
      prefix += letter;
      const chunks = this.chunksFrom(prefix);
      if (chunks.length <= mostChunks) return this.wordsOf(prefix, chunks, signal);
    }
    return new Map();
  }

  private async wordsOf(
    prefix: string,
    chunks: number[],
    signal: AbortSignal | undefined,
  ): Promise<Map<string, Postings>> {
    const read = await Promise.all(chunks.map((at) => this.chunk(at, signal)));
    return new Map(read.flatMap((chunk) => [...chunk].filter(([word]) => word.startsWith(prefix))));
  }

  private isKnownCommon(word: string): boolean {
    return this.refs[chunkOf(this.firstWords, word)]?.common?.includes(word) ?? false;
  }

  /** Numbers of the chunks that may have words which begin with `prefix`. */
  private chunksFrom(prefix: string): number[] {
    const numbers: number[] = [];
    for (let at = Math.max(0, chunkOf(this.firstWords, prefix)); at < this.refs.length; at++) {
      numbers.push(at);
      if (!this.firstWords[at + 1]?.startsWith(prefix)) break;
    }
    return numbers;
  }

  private chunk(at: number, signal: AbortSignal | undefined): Promise<Map<string, Postings>> {
    const read = async () => readLexiconChunk(await this.source.read(this.refs[at]), this.passageCount);
    // The reading is not bound to the caller's signal, only the waiting: another search may want the same chunk.
    return unlessAborted(this.chunks.get(at, read), signal, 'search');
  }

  close(): void {
    this.chunks.clear();
  }
}
