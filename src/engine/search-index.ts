// An open index: manifest, codec, shards in a scorer, fragments on demand. Knows nothing of text or models; search.ts does.

import type { Codec } from '../codec/codec.ts';
import { readCodec } from '../codec/codec-file.ts';
import { LatelightError, throwIfAborted, unlessAborted } from '../errors.ts';
import { type Filters, filterBitmap, filterCounts, readFilters } from '../format/filters.ts';
import { Fragment, type FragmentPassage } from '../format/fragment.ts';
import { blockBytes, MAX_RESULTS } from '../format/layout.ts';
import type { FileRef, Manifest } from '../format/manifest.ts';
import { type Pages, readPages } from '../format/pages.ts';
import { readShard, type Shard } from '../format/shard.ts';
import type { ByteSource, ReadOptions } from '../format/source.ts';
import { Kept } from './kept.ts';
import { LexiconReader } from './lexicon-reader.ts';
import type { Scorer } from './scorer.ts';

/** What an index is opened by, of its manifest. */
export type IndexManifest = Pick<
  Manifest,
  'codec' | 'passageCount' | 'shards' | 'fragments' | 'lexicon' | 'pages' | 'filters'
>;

export type CreateScorer = (codec: Codec) => Promise<Scorer>;

type KeptShard = Omit<Shard, 'codes'> & { codes?: Uint8Array };

/** Fragments kept in memory; a fragment is about 16 KB of text. */
const FRAGMENTS_KEPT = 256;

export class SearchIndex {
  readonly manifest: IndexManifest;
  readonly codec: Codec;
  readonly filters: Filters;
  readonly pages: Pages;
  readonly lexicon: LexiconReader;
  /** [passageCount] page of each passage. */
  readonly pageOf: Uint32Array;
  private readonly source: Pick<ByteSource, 'read'>;
  /** With codes only where the scorer gives none back: `align` reads them, and a lost device is filled again from them. */
  private readonly shards: KeptShard[];
  private readonly firstIds: number[];
  private readonly fragmentFirstIds: number[];
  private readonly fragments = new Kept<Fragment>(FRAGMENTS_KEPT);
  private currentScorer: Scorer;

  private constructor(
    source: Pick<ByteSource, 'read'>,
    manifest: IndexManifest,
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
    this.lexicon = new LexiconReader(source, manifest.lexicon ?? [], manifest.passageCount);
    this.shards = shards;
    this.currentScorer = scorer;
    this.firstIds = firstIdsOf(manifest.shards);
    this.fragmentFirstIds = firstIdsOf(manifest.fragments);
  }

  /** Reads codec, filters, pages and every shard, all at once, and fills a scorer. Shards go to it as they arrive, in order. */
  static async open(
    source: Pick<ByteSource, 'read'>,
    manifest: IndexManifest,
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
            `${ref.file}: expected ${ref.passageCount} passages in ${ref.blockCount} blocks, as the manifest says, got ${shard.passageCount} in ${shard.blockCount}. Index the site again, and publish the folder as a whole.`,
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

  /** Puts the same codes into another scorer, after a device was lost. One that has the codes in main memory was lost with none. */
  async replaceScorer(createScorer: CreateScorer): Promise<void> {
    if (this.currentScorer.passageCodes) return;
    const scorer = await createScorer(this.codec);
    try {
      for (const { codes, firstBlocks } of this.shards) await scorer.addShard({ codes: codes!, firstBlocks });
    } catch (error) {
      scorer.close();
      throw error;
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
    const read = async () => new Fragment(await this.source.read(ref), ref.passageCount);
    // The reading is not bound to the caller's signal, only the waiting: another search may want the same fragment.
    const fragment = await unlessAborted(this.fragments.get(part, read), signal, 'search');
    throwIfAborted(signal, 'search');
    const passage = fragment.passage(id - this.fragmentFirstIds[part]);
    const { rowCount } = this.passageCodes(id);
    if (passage.rowWords.length === rowCount) return passage;
    throw new LatelightError(
      'bad-fragment',
      `${ref.file}: expected words for the ${rowCount} rows of passage ${id}, got them for ${passage.rowWords.length}. Index the site again, and publish the folder as a whole.`,
    );
  }

  close(): void {
    this.currentScorer.close();
    this.fragments.clear();
    this.lexicon.close();
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
