// An open index: manifest, codec, shards in a scorer, fragments on demand. Knows nothing of text or models; search.ts does.

import type { Codec } from '../codec/codec.ts';
import { readCodec } from '../codec/codec-file.ts';
import { LatelightError, throwIfAborted } from '../errors.ts';
import { type Filters, filterBitmap, filterCounts, readFilters } from '../format/filters.ts';
import { Fragment, type FragmentPassage } from '../format/fragment.ts';
import { blockBytes, MAX_RESULTS } from '../format/layout.ts';
import { areForms, formPrefix } from '../format/lexical-words.ts';
import { chunkOf, type Postings, readLexiconChunk } from '../format/lexicon.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import { type Pages, readPages } from '../format/pages.ts';
import { readShard, type Shard } from '../format/shard.ts';
import type { ByteSource, ReadOptions } from '../format/source.ts';
import type { Scorer } from './scorer.ts';

/** What an index is opened by, of its manifest. */
export type IndexParts = Pick<
  Manifest,
  'codec' | 'passageCount' | 'shards' | 'fragments' | 'lexicon' | 'pages' | 'filters'
>;

export type CreateScorer = (codec: Codec) => Promise<Scorer>;

type KeptShard = Omit<Shard, 'codes'> & { codes?: Uint8Array };

/** Fragments kept in memory; a fragment is about 16 KB of text. */
const FRAGMENTS_KEPT = 256;
/** Chunks of the lexicon kept in memory, of 16 KB of file each. */
const CHUNKS_KEPT = 64;

export class SearchIndex {
  readonly manifest: IndexParts;
  readonly codec: Codec;
  readonly filters: Filters;
  readonly pages: Pages;
  /** [passageCount] page of each passage. */
  readonly pageOf: Uint32Array;
  private readonly source: Pick<ByteSource, 'read'>;
  /** With codes only where the scorer gives none back: `align` reads them, and a lost device is filled again from them. */
  private readonly shards: KeptShard[];
  private readonly firstIds: number[];
  private readonly fragmentFirstIds: number[];
  private readonly fragments = new Kept<Fragment>(FRAGMENTS_KEPT);
  private readonly chunks = new Kept<Map<string, Postings>>(CHUNKS_KEPT);
  private readonly firstWords: string[];
  private currentScorer: Scorer;

  private constructor(
    source: Pick<ByteSource, 'read'>,
    manifest: IndexParts,
    codec: Codec,
    filters: Filters,
    pages: Pages,
    shards: KeptShard[],
    scorer: Scorer,
  ) {
    this.source = source;
    this.manifest = manifest;
    this.codec = codec;
    this.filters = filters;
    this.pages = pages;
    this.pageOf = pageOfEach(pages.firstIds, manifest.passageCount);
    this.firstWords = (manifest.lexicon ?? []).map(({ first }) => first);
    this.shards = shards;
    this.currentScorer = scorer;
    this.firstIds = firstIdsOf(manifest.shards);
    this.fragmentFirstIds = firstIdsOf(manifest.fragments);
  }

  /** Reads codec, filters, pages and every shard, all at once, and fills a scorer. Shards go to it as they arrive, in order. */
  static async open(
    source: Pick<ByteSource, 'read'>,
    manifest: IndexParts,
    createScorer: CreateScorer,
    options: ReadOptions = {},
  ): Promise<SearchIndex> {
    const read = (ref: FileRef) => {
      const bytes = source.read(ref, options);
      // One that fails while another is awaited must not count as unhandled.
      bytes.catch(() => undefined);
      return bytes;
    };
    const codecBytes = read(manifest.codec);
    const filterBytes = manifest.filters && read(manifest.filters);
    const pageBytes = read(manifest.pages);
    const downloads = manifest.shards.map(read);
    const codec = readCodec(await codecBytes);
    if (codec.dim !== manifest.codec.dim || codec.subspaceDim !== manifest.codec.subspaceDim) {
      throw new LatelightError('bad-codec', 'codec: expected the shape that the manifest names. Index the site again.');
    }
    const filters = filterBytes ? readFilters(await filterBytes, manifest.passageCount) : {};
    const pages = readPages(await pageBytes, manifest.passageCount);
    const shape = { dim: codec.dim, subspaceDim: codec.subspaceDim, codecSha256: manifest.codec.sha256 };
    const scorer = await createScorer(codec);
    try {
      const shards: KeptShard[] = [];
      for (const ref of manifest.shards) {
        const shard = readShard(await downloads.shift()!, shape); // let go of once the scorer has it
        throwIfAborted(options.signal, 'open');
        if (shard.passageCount !== ref.passageCount || shard.blockCount !== ref.blockCount) {
          throw new LatelightError(
            'bad-shard',
            `${ref.file}: expected ${ref.passageCount} passages, got ${shard.passageCount}.`,
          );
        }
        await scorer.addShard(shard);
        shards.push(scorer.passageCodes ? { ...shard, codes: undefined } : shard);
      }
      performance.mark('latelight-codes-ready'); // bench/scale.ts reads it
      return new SearchIndex(source, manifest, codec, filters, pages, shards, scorer);
    } catch (error) {
      scorer.close();
      throw error;
    }
  }

  /** Files that a first search needs from this class, for progress in bytes. */
  static files(manifest: Pick<Manifest, 'codec' | 'pages' | 'filters' | 'shards'>): FileRef[] {
    return [manifest.codec, manifest.pages, ...(manifest.filters ? [manifest.filters] : []), ...manifest.shards];
  }

  get scorer(): Scorer {
    return this.currentScorer;
  }

  /** Pages with each value of each filter. @param others for a filter's name, one bit a passage: those that count */
  facets(others: (name: string) => Uint32Array | undefined = () => undefined): Record<string, Record<string, number>> {
    return filterCounts(this.filters, this.pageOf, others);
  }

  /** Searches once for nothing and for as much as a search asks for, so that the first real one finds the kernels compiled. */
  async warmUp(): Promise<void> {
    const { dim } = this.codec;
    await this.currentScorer.search({ codes: new Int8Array(4 * dim).fill(1), tokenCount: 4, dim }, { k: MAX_RESULTS });
  }

  /** Fetches the fragments one after another into memory, as many as are kept there; stops at the first failure. */
  async prefetch(): Promise<void> {
    const firsts = this.fragmentFirstIds.slice(0, FRAGMENTS_KEPT);
    for (const first of firsts) {
      try {
        await this.passage(first);
      } catch {
        return;
      }
    }
  }

  /** Puts the same codes into another scorer, after a device was lost. */
  async replaceScorer(createScorer: CreateScorer): Promise<void> {
    const scorer = await createScorer(this.codec);
    for (const shard of this.shards) {
      if (!shard.codes)
        throw new LatelightError('closed', 'index: expected codes to fill a scorer. Open the index again.');
      await scorer.addShard({ codes: shard.codes, firstBlocks: shard.firstBlocks });
    }
    this.currentScorer.close();
    this.currentScorer = scorer;
    if (scorer.passageCodes) for (const shard of this.shards) shard.codes = undefined;
  }

  bitmap(wanted: Record<string, string[]> | undefined): Uint32Array | undefined {
    if (!wanted || Object.keys(wanted).length === 0) return undefined;
    return filterBitmap(this.filters, wanted, this.manifest.passageCount);
  }

  /** Codes and row count of one passage. */
  passageCodes(id: number): { blocks: Uint8Array; rowCount: number } {
    const part = lastAtMost(this.firstIds, id);
    const shard = this.shards[part];
    const local = id - this.firstIds[part];
    const size = blockBytes(this.codec.dim, this.codec.subspaceDim);
    return {
      blocks: shard.codes
        ? shard.codes.subarray(shard.firstBlocks[local] * size, shard.firstBlocks[local + 1] * size)
        : this.currentScorer.passageCodes!(id),
      rowCount: shard.rowCounts[local],
    };
  }

  /** Text and metadata of one passage, fetching its fragment when it is not in memory. */
  async passage(id: number, signal?: AbortSignal): Promise<FragmentPassage> {
    const part = lastAtMost(this.fragmentFirstIds, id);
    const ref = this.manifest.fragments[part];
    // Not bound to the caller's signal: another search may be waiting for the same fragment.
    const fragment = await this.fragments.get(
      part,
      async () => new Fragment(await this.source.read(ref), ref.passageCount),
    );
    throwIfAborted(signal, 'search');
    return fragment.passage(id - this.fragmentFirstIds[part]);
  }

  get hasLexicon(): boolean {
    return this.firstWords.length > 0;
  }

  /** Passages with a word, fetching its chunk of the lexicon when it is not in memory and the manifest does not know the word for a common one. @param word as `lexiconKey` gives it */
  async postings(word: string, signal?: AbortSignal): Promise<Postings> {
    const at = chunkOf(this.firstWords, word);
    if (this.manifest.lexicon?.[at]?.common?.includes(word)) return 'common';
    const chunk = await this.chunk(at);
    throwIfAborted(signal, 'search');
    return chunk.get(word) ?? new Uint32Array();
  }

  /** The same for the first words, at most `most`, that begin with `prefix`. */
  async postingsFrom(prefix: string, most: number, signal?: AbortSignal): Promise<Postings[]> {
    const found: Postings[] = [];
    for await (const [, postings] of this.wordsFrom(prefix, signal)) {
      found.push(postings);
      if (found.length === most) break;
    }
    return found;
  }

  /** Passages that have another form of a word and not the word: ids in no order, or `common` when one of the forms is. */
  async otherForms(word: string, signal?: AbortSignal): Promise<Postings> {
    const prefix = formPrefix(word);
    const own = await this.postings(word, signal);
    if (prefix === undefined || own === 'common') return new Uint32Array();
    const ids = new Set<number>();
    for await (const [other, postings] of this.wordsFrom(prefix, signal)) {
      if (other === word || !areForms(word, other)) continue;
      if (postings === 'common') return 'common';
      for (const id of postings) ids.add(id);
    }
    for (const id of own) ids.delete(id);
    return Uint32Array.from(ids);
  }

  /** Words that begin with `prefix`, in their order, with their passages. */
  private async *wordsFrom(prefix: string, signal?: AbortSignal): AsyncGenerator<[string, Postings]> {
    for (let at = Math.max(0, chunkOf(this.firstWords, prefix)); at < this.firstWords.length; at++) {
      const chunk = await this.chunk(at);
      throwIfAborted(signal, 'search');
      for (const entry of chunk) if (entry[0].startsWith(prefix)) yield entry;
      if (!this.firstWords[at + 1]?.startsWith(prefix)) return;
    }
  }

  private async chunk(at: number): Promise<Map<string, Postings>> {
    const ref = this.manifest.lexicon?.[at];
    if (!ref) return new Map();
    return this.chunks.get(at, async () => readLexiconChunk(await this.source.read(ref), this.manifest.passageCount));
  }

  close(): void {
    this.currentScorer.close();
    this.fragments.clear();
    this.chunks.clear();
  }
}

/** The newest results of a slow function, by number; failures are not kept. */
class Kept<T> {
  private readonly most: number;
  private readonly values = new Map<number, Promise<T>>();

  constructor(most: number) {
    this.most = most;
  }

  get(key: number, make: () => Promise<T>): Promise<T> {
    const known = this.values.get(key);
    if (known) return known;
    const value = make();
    this.values.set(key, value);
    value.catch(() => this.values.delete(key));
    if (this.values.size > this.most) this.values.delete(this.values.keys().next().value!);
    return value;
  }

  clear(): void {
    this.values.clear();
  }
}

function pageOfEach(firstIds: number[], passageCount: number): Uint32Array {
  const pageOf = new Uint32Array(passageCount);
  firstIds.forEach((first, page) => {
    pageOf.fill(page, first, firstIds[page + 1] ?? passageCount);
  });
  return pageOf;
}

function firstIdsOf(parts: { passageCount: number }[]): number[] {
  let next = 0;
  return parts.map(({ passageCount }) => {
    const first = next;
    next += passageCount;
    return first;
  });
}

/** Index of the last value at most `id` in an ascending list. */
function lastAtMost(values: number[], id: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= id) low = middle;
    else high = middle - 1;
  }
  return low;
}
