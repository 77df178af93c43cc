// GPU host of shaders/score-maxsim.wgsl: the codes in buffers of at most one binding, one score a passage.
// Device memory, exactly (docs/decisions/0005-gpu-roofline.md): the codes; 12 bytes a passage (first block, place in the order,
// score); 12 bytes a buffer of codes; 4 bytes for 32 passages once a filter was used; the codebook, 64 bytes a subspace, and 12 bytes.

import shader from '../../shaders/score-maxsim.wgsl?raw';
import type { Codec } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { blockBytes, CODEWORDS } from '../format/layout.ts';
import type { ShardCodes } from '../shared-types.ts';
import { bindBuffers, createFilledBuffer, createPipeline } from './compute-pipeline.ts';
import { chooseVariant, type MaxsimVariant, maxsimPrelude, maxsimWorkgroupBytes } from './maxsim-prelude.ts';

const PASSAGES_PER_WORKGROUP = 16;
const TOKEN_TILES = [4, 8, 12, 16];
/** 32 sums and 8 maxima a lane: as much as Intel's 64 registers at 16 lanes take. Not measured on a GPU; bench/gpu.html compares. */
const DEFAULT_TOKEN_TILE = 8;

export interface ScoreMaxsimOptions {
  /** By default what `chooseVariant` says. Every variant returns the same integers. */
  variant?: Partial<MaxsimVariant>;
  /** Query tokens a decoded row is scored for at once: 4, 8, 12 or 16. Less where the device's workgroup memory is too small. */
  tokenTile?: number;
  /** Most bytes of one codes buffer; by default what the device can bind. */
  maxBufferBytes?: number;
  /** What all shards together will hold: room for them is made at once, so that a search needs one dispatch. */
  expected?: { passageCount: number; blockCount: number };
}

export interface ScoreMaxsim {
  readonly passageCount: number;
  /** Uploads a checked shard; resolves when the device has it, so that a loader holds one shard at a time. */
  addShard(shard: ShardCodes): Promise<void>;
  /**
   * Adds one dispatch a buffer to a pass. Nothing else may be encoded with it before the pass is submitted.
   * @param query int8 [tokenCount, dim]
   * @returns i32 [passageCount] scores, EXCLUDED_SCORE where the filter says so; valid until the next call
   */
  encode(pass: GPUComputePassEncoder, query: GPUBuffer, tokenCount: number, filter: Uint32Array | undefined): GPUBuffer;
  close(): void;
}

/** A buffer of codes, and what of it is filled. */
interface Chunk {
  range: GPUBuffer; // [first passage, passage count]
  codes: GPUBuffer;
  firstBlocks: GPUBuffer;
  longestFirst: GPUBuffer;
  bindGroup: GPUBindGroup;
  firstPassage: number;
  passageCount: number;
  blockCount: number;
  passageCapacity: number;
  blockCapacity: number;
}

/**
 * Codewords as the shader adds them up: a u32 of 4 int8. In subspaces of 2 the even one's codeword fills the lower half and the
 * odd one's the upper, so that their bitwise or is the 4 dimensions of a byte of codes.
 * @returns [subspaceCount, 16]
 */
export function packCodebook({ codewords, subspaceCount, subspaceDim }: Codec): Uint32Array {
  const packed = new Uint32Array(subspaceCount * CODEWORDS);
  for (let i = 0; i < packed.length; i++) {
    const shift = subspaceDim === 2 ? 16 * (Math.floor(i / CODEWORDS) % 2) : 0;
    for (let d = 0; d < subspaceDim; d++) {
      packed[i] |= (codewords[i * subspaceDim + d] & 0xff) << (shift + 8 * d);
    }
  }
  return packed;
}

/** Passages by number of blocks, most first. */
function longestFirst(firstBlocks: Uint32Array): Uint32Array {
  const blocks = (passage: number) => firstBlocks[passage + 1] - firstBlocks[passage];
  return new Uint32Array(firstBlocks.length - 1).map((_, i) => i).sort((a, b) => blocks(b) - blocks(a) || a - b);
}

/** @throws LatelightError `bad-option` for a token tile that the shader has no sums for. */
function tokenQuads(device: GPUDevice, codec: Codec, variant: MaxsimVariant, tokenTile: number): number {
  if (!TOKEN_TILES.includes(tokenTile)) {
    throw new LatelightError('bad-option', `score-maxsim: expected a token tile of 4, 8, 12 or 16, got ${tokenTile}`);
  }
  let tile = tokenTile;
  const available = device.limits.maxComputeWorkgroupStorageSize;
  while (tile > 4 && maxsimWorkgroupBytes(variant, codec, tile) > available) tile -= 4;
  return tile / 4;
}

export async function createScoreMaxsim(
  device: GPUDevice,
  codec: Codec,
  options: ScoreMaxsimOptions = {},
): Promise<ScoreMaxsim> {
  const variant = { ...chooseVariant(device), ...options.variant };
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = device.limits;
  const maxBufferBytes = options.maxBufferBytes ?? Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const bytesPerBlock = blockBytes(codec.dim, codec.subspaceDim);
  const maxPassages = maxComputeWorkgroupsPerDimension * PASSAGES_PER_WORKGROUP;
  const maxBlocks = Math.floor(maxBufferBytes / bytesPerBlock);
  const pipeline = await createPipeline(device, 'score-maxsim', maxsimPrelude(variant) + shader, {
    SUBSPACE_COUNT: codec.subspaceCount,
    SUBSPACE_DIM: codec.subspaceDim,
    TOKEN_QUADS: tokenQuads(device, codec, variant, options.tokenTile ?? DEFAULT_TOKEN_TILE),
  });
  const { STORAGE, COPY_SRC, COPY_DST, UNIFORM } = GPUBufferUsage;
  const makeBuffer = (label: string, size: number, usage: number) => device.createBuffer({ label, size, usage });
  const search = createFilledBuffer(device, 'search', UNIFORM, new Uint32Array(2));
  const codebook = createFilledBuffer(device, 'codebook', STORAGE, packCodebook(codec));
  const chunks: Chunk[] = [];
  let passageCount = 0;
  let blockCount = 0;
  let closed = false;
  let scores = makeBuffer('scores', 4, STORAGE | COPY_SRC);
  let filterBits = makeBuffer('filter', 4, STORAGE | COPY_DST);

  /** Room for all that is still expected, or for these at least; of more passages than a buffer takes, for the blocks of as many. */
  async function openChunk(passageBlocks: number, passages: number, blocks: number): Promise<Chunk> {
    const { expected } = options;
    const passagesLeft = Math.max(passages, (expected?.passageCount ?? 0) - passageCount);
    const blocksLeft = Math.max(blocks, (expected?.blockCount ?? 0) - blockCount);
    const passageCapacity = Math.min(maxPassages, passagesLeft);
    const share = Math.max(passageBlocks, Math.ceil((blocksLeft * passageCapacity) / passagesLeft));
    const blockCapacity = Math.min(maxBlocks, share);
    device.pushErrorScope('out-of-memory');
    const range = makeBuffer('chunk', 8, UNIFORM | COPY_DST);
    const codes = makeBuffer('codes', blockCapacity * bytesPerBlock, STORAGE | COPY_DST);
    const firstBlocks = makeBuffer('first blocks', (passageCapacity + 1) * 4, STORAGE | COPY_DST);
    const longestFirst = makeBuffer('longest first', passageCapacity * 4, STORAGE | COPY_DST);
    const buffers = [range, codes, firstBlocks, longestFirst];
    const bindGroup = bindBuffers(device, pipeline, 1, buffers);
    const outOfMemory = await device.popErrorScope();
    if (outOfMemory || closed) {
      for (const buffer of buffers) buffer.destroy();
      if (!outOfMemory) throw new LatelightError('closed', 'addShard: the scorer was closed meanwhile');
      const wanted = blockCapacity * bytesPerBlock;
      throw new LatelightError('device-lost', `addShard: the GPU has no ${wanted} bytes left. ${outOfMemory.message}`);
    }
    const filled = { firstPassage: passageCount, passageCount: 0, blockCount: 0, passageCapacity, blockCapacity };
    const chunk = { range, codes, firstBlocks, longestFirst, bindGroup, ...filled };
    chunks.push(chunk);
    return chunk;
  }

  /** The chunk that the next passage goes to; a new one when its blocks do not fit into the last. */
  async function chunkFor(passageBlocks: number, passages: number, blocks: number): Promise<Chunk> {
    if (passageBlocks > maxBlocks) {
      throw new LatelightError(
        'bad-shard',
        `addShard: expected passages of at most ${maxBufferBytes} bytes, got one of ${passageBlocks * bytesPerBlock}`,
      );
    }
    const last = chunks.at(-1);
    const fits =
      last && last.passageCount < last.passageCapacity && last.blockCount + passageBlocks <= last.blockCapacity;
    return fits ? last : openChunk(passageBlocks, passages, blocks);
  }

  /**
   * Writes behind what the chunk holds. By `writeBuffer`: it takes the downloaded bytes where they lie, at any offset of a buffer
   * that searches use already; a buffer mapped at creation would have to be complete before the first search.
   */
  function append(chunk: Chunk, codes: Uint8Array, firstBlocks: Uint32Array): void {
    const { queue } = device;
    const count = firstBlocks.length - 1;
    const first = chunk.passageCount;
    queue.writeBuffer(chunk.codes, chunk.blockCount * bytesPerBlock, codes as GPUAllowSharedBufferSource);
    queue.writeBuffer(
      chunk.firstBlocks,
      first * 4,
      firstBlocks.map((block) => block - firstBlocks[0] + chunk.blockCount),
    );
    queue.writeBuffer(
      chunk.longestFirst,
      first * 4,
      longestFirst(firstBlocks).map((passage) => passage + first),
    );
    chunk.passageCount += count;
    chunk.blockCount += firstBlocks[count] - firstBlocks[0];
    queue.writeBuffer(chunk.range, 0, Uint32Array.of(chunk.firstPassage, chunk.passageCount));
    passageCount += count;
    blockCount += firstBlocks[count] - firstBlocks[0];
  }

  /** Buffers of one entry a passage grow when a search follows new shards, never otherwise. */
  function grow(buffer: GPUBuffer, label: string, size: number): GPUBuffer {
    if (buffer.size >= size) return buffer;
    buffer.destroy();
    return makeBuffer(label, size, buffer.usage);
  }

  return {
    get passageCount() {
      return passageCount;
    },

    async addShard({ codes, firstBlocks }) {
      const count = firstBlocks.length - 1;
      for (let first = 0, next = 0; first < count; first = next) {
        const base = firstBlocks[first];
        const chunk = await chunkFor(firstBlocks[first + 1] - base, count - first, firstBlocks[count] - base);
        const passages = chunk.passageCapacity - chunk.passageCount;
        const blocks = chunk.blockCapacity - chunk.blockCount;
        while (next < count && next - first < passages && firstBlocks[next + 1] - base <= blocks) next++;
        const part = codes.subarray(base * bytesPerBlock, firstBlocks[next] * bytesPerBlock);
        append(chunk, part, firstBlocks.slice(first, next + 1));
      }
      await device.queue.onSubmittedWorkDone();
      if (closed) throw new LatelightError('closed', 'addShard: the scorer was closed meanwhile');
    },

    encode(pass, query, tokenCount, filter) {
      scores = grow(scores, 'scores', passageCount * 4);
      if (filter) {
        const words = Math.ceil(passageCount / 32);
        filterBits = grow(filterBits, 'filter', words * 4);
        device.queue.writeBuffer(filterBits, 0, filter as GPUAllowSharedBufferSource, 0, words);
      }
      device.queue.writeBuffer(search, 0, Uint32Array.of(tokenCount, filter ? 1 : 0));
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, 0, [search, codebook, query, filterBits, scores]));
      for (const chunk of chunks) {
        pass.setBindGroup(1, chunk.bindGroup);
        pass.dispatchWorkgroups(Math.ceil(chunk.passageCount / PASSAGES_PER_WORKGROUP));
      }
      return scores;
    },

    close() {
      closed = true;
      const ofChunks = chunks.flatMap((chunk) => [chunk.range, chunk.codes, chunk.firstBlocks, chunk.longestFirst]);
      for (const buffer of [search, codebook, scores, filterBits, ...ofChunks]) buffer.destroy();
      chunks.length = 0;
    },
  };
}
