// GPU host of shaders/score-maxsim.wgsl: the codes in buffers of at most one binding, one score a passage.
// Device memory: the codes, 8 bytes a passage (first block, score), one bit a passage once a filter was used, 8 KiB of codebook.

import shader from '../../shaders/score-maxsim.wgsl?raw';
import type { Codec } from '../codec/codec.ts';
import { LatelightError } from '../errors.ts';
import { blockBytes, CODEWORDS } from '../format/layout.ts';
import type { ShardCodes } from '../types.ts';
import { bindBuffers, createFilledBuffer, createPipeline } from './compute-pipeline.ts';

const PASSAGES_PER_WORKGROUP = 16;
const PACKED_DOT = 'packed_4x8_integer_dot_product';

const NATIVE_DOT4 = `
fn dot4(a: u32, b: u32) -> i32 {
  return dot4I8Packed(a, b);
}
`;

const EMULATED_DOT4 = `
fn dot4(a: u32, b: u32) -> i32 {
  let shifts = vec4<u32>(24u, 16u, 8u, 0u);
  return dot(bitcast<vec4<i32>>(vec4<u32>(a) << shifts) >> vec4<u32>(24u), bitcast<vec4<i32>>(vec4<u32>(b) << shifts) >> vec4<u32>(24u));
}
`;

export interface ScoreMaxsimOptions {
  /** Whether the browser's WGSL knows dot4I8Packed; by default asked of navigator.gpu. Both return the same integers. */
  packedDot?: boolean;
  /** Query tokens a decoded row is scored for at once, 1..8. */
  tokenTile?: number;
  /** Most bytes of one codes buffer; by default what the device can bind. */
  maxBufferBytes?: number;
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

interface Chunk {
  passageCount: number;
  buffers: GPUBuffer[];
  bindGroup: GPUBindGroup;
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

export async function createScoreMaxsim(
  device: GPUDevice,
  codec: Codec,
  options: ScoreMaxsimOptions = {},
): Promise<ScoreMaxsim> {
  const packedDot = options.packedDot ?? globalThis.navigator?.gpu?.wgslLanguageFeatures.has(PACKED_DOT) ?? false;
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = device.limits;
  const maxBufferBytes = options.maxBufferBytes ?? Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const maxPassages = maxComputeWorkgroupsPerDimension * PASSAGES_PER_WORKGROUP;
  const bytesPerBlock = blockBytes(codec.dim, codec.subspaceDim);
  const pipeline = await createPipeline(
    device,
    'score-maxsim',
    (packedDot ? `requires ${PACKED_DOT};\n` : '') + shader + (packedDot ? NATIVE_DOT4 : EMULATED_DOT4),
    {
      SUBSPACE_COUNT: codec.subspaceCount,
      SUBSPACE_DIM: codec.subspaceDim,
      ...(options.tokenTile && { TOKEN_TILE: options.tokenTile }),
    },
  );
  const search = createFilledBuffer(device, 'search', GPUBufferUsage.UNIFORM, new Uint32Array(2));
  const codebook = createFilledBuffer(device, 'codebook', GPUBufferUsage.STORAGE, packCodebook(codec));
  const chunks: Chunk[] = [];
  let passageCount = 0;
  let closed = false;
  let scores = device.createBuffer({
    label: 'scores',
    size: 4,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  let filterBits = createFilledBuffer(device, 'filter', GPUBufferUsage.STORAGE, new Uint32Array(1));

  async function addChunk(codes: Uint8Array, firstBlocks: Uint32Array): Promise<void> {
    const count = firstBlocks.length - 1;
    device.pushErrorScope('out-of-memory');
    const buffers = [
      createFilledBuffer(device, 'chunk', GPUBufferUsage.UNIFORM, Uint32Array.of(passageCount, count)),
      createFilledBuffer(device, 'codes', GPUBufferUsage.STORAGE, codes),
      createFilledBuffer(device, 'first blocks', GPUBufferUsage.STORAGE, firstBlocks),
    ];
    const bindGroup = bindBuffers(device, pipeline, 1, buffers);
    const outOfMemory = await device.popErrorScope();
    if (outOfMemory || closed) {
      for (const buffer of buffers) buffer.destroy();
      if (!outOfMemory) throw new LatelightError('closed', 'addShard: the scorer was closed meanwhile');
      throw new LatelightError(
        'device-lost',
        `addShard: the GPU has no ${codes.length} bytes left. ${outOfMemory.message}`,
      );
    }
    chunks.push({ passageCount: count, buffers, bindGroup });
    passageCount += count;
    await device.queue.onSubmittedWorkDone();
  }

  /** Buffers of one entry a passage grow when a search follows new shards, never otherwise. */
  function grow(buffer: GPUBuffer, label: string, size: number): GPUBuffer {
    if (buffer.size >= size) return buffer;
    buffer.destroy();
    return device.createBuffer({ label, size, usage: buffer.usage });
  }

  return {
    get passageCount() {
      return passageCount;
    },

    async addShard({ codes, firstBlocks }) {
      const count = firstBlocks.length - 1;
      const blocksPerBuffer = Math.floor(maxBufferBytes / bytesPerBlock);
      for (let first = 0, next = 0; first < count; first = next) {
        const base = firstBlocks[first];
        const lastBlock = base + blocksPerBuffer;
        do next++;
        while (next < count && next - first < maxPassages && firstBlocks[next + 1] <= lastBlock);
        const part = codes.subarray(base * bytesPerBlock, firstBlocks[next] * bytesPerBlock);
        if (part.length > maxBufferBytes) {
          throw new LatelightError(
            'bad-shard',
            `addShard: expected passages of at most ${maxBufferBytes} bytes, got one of ${part.length}`,
          );
        }
        await addChunk(
          part,
          firstBlocks.slice(first, next + 1).map((block) => block - base),
        );
      }
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
      for (const buffer of [search, codebook, scores, filterBits, ...chunks.flatMap((chunk) => chunk.buffers)]) {
        buffer.destroy();
      }
      chunks.length = 0;
    },
  };
}
