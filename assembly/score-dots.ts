// MaxSim by products instead of tables, for codecs of subspaces of 2 with small codewords, where relaxed SIMD is: each block is decoded
// once for all query tokens, and one instruction multiplies and adds 2 dimensions of 8 rows (i16x8.relaxed_dot_i8x16_i7x16_s).
//
// Exact on every machine. Decoded values are codewords + 64, which the host has checked to be 0..127: there the instruction has one meaning
// and |127 x 127 x 2| does not saturate. Sums are modulo 65536; they start at -64 x the sum of the query token, so that the end is
// the pair score itself, which checkCodec proves to fit 16 bits.

import { EXCLUDED, largest, swizzle } from './lanes';

const OFFSET: i32 = 64;
/** Query tokens scored side by side: 8 sums, 2 vectors of rows and what is on its way are all the registers x64 has. */
const TOKENS: i32 = 4;

/** codewords i8 [subspaceCount, 16, 2] -> planes u8 [subspaceCount, 2, 16] of codeword + 64. */
export function splitCodewords(codewords: usize, subspaceCount: i32, planes: usize): void {
  for (let subspace = 0; subspace < subspaceCount; subspace++, planes += 32) {
    for (let word: usize = 0; word < 16; word++, codewords += 2) {
      store<u8>(planes + word, <u8>(load<i8>(codewords) + OFFSET));
      store<u8>(planes + word, <u8>(load<i8>(codewords, 1) + OFFSET), 16);
    }
  }
}

/**
 * Query codes as scoreDots reads them, for each 4 tokens: where their sums start, then each subspace's 2 values 8 times over.
 * query i8 [tokenCount, dim], tokenCount a multiple of 4 -> spread [tokenCount / 4, 1 + dim / 2, 4, 16 bytes]
 */
export function spreadQuery(query: usize, tokenCount: i32, dim: i32, spread: usize): void {
  const tokenStride = <usize>dim;
  for (let token = 0; token < tokenCount; token += TOKENS, query += TOKENS * tokenStride) {
    for (let lane = 0; lane < TOKENS; lane++, spread += 16) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += load<i8>(query + <usize>lane * tokenStride + <usize>d);
      v128.store(spread, i16x8.splat(<i16>(-OFFSET * sum)));
    }
    for (let d = 0; d < dim; d += 2) {
      for (let lane = 0; lane < TOKENS; lane++, spread += 16) {
        v128.store(spread, i16x8.splat(load<i16>(query + <usize>lane * tokenStride + <usize>d)));
      }
    }
  }
}

/**
 * Adds the MaxSim of all query tokens to the scores of the passages first..end-1.
 * codes u8 [blockCount, blockBytes / 16, 16], firstBlocks u32 [passageCount + 1], scores i32 [passageCount]
 * @param planes as splitCodewords writes them
 * @param spread of tokenCount tokens, a multiple of 4, as spreadQuery writes it; tokens of zeros add nothing
 * @param work room for a decoded block, 4 x blockBytes, and behind it 16 bytes a token
 */
export function scoreDots(
  codes: usize,
  blockBytes: usize,
  firstBlocks: usize,
  first: usize,
  end: usize,
  planes: usize,
  spread: usize,
  tokenCount: usize,
  work: usize,
  scores: usize,
): void {
  const rowsEnd = work + 4 * blockBytes;
  const bestEnd = rowsEnd + 16 * tokenCount;
  const lastSlot = scores + (end << 2);
  let blocks = firstBlocks + (first << 2);
  for (let slot = scores + (first << 2); slot < lastSlot; slot += 4, blocks += 4) {
    if (load<i32>(slot) == EXCLUDED) continue;
    let code = codes + <usize>load<u32>(blocks) * blockBytes;
    const passageEnd = codes + <usize>load<u32>(blocks, 4) * blockBytes;
    for (let best = rowsEnd; best < bestEnd; best += 16) v128.store(best, i16x8.splat(-32768));
    for (; code < passageEnd; code += blockBytes) {
      decodeBlock(code, code + blockBytes, planes, work);
      let query = spread;
      for (let best = rowsEnd; best < bestEnd; best += 16 * TOKENS) {
        let a0 = v128.load(query, 0);
        let b0 = v128.load(query, 16);
        let c0 = v128.load(query, 32);
        let d0 = v128.load(query, 48);
        let a1 = a0;
        let b1 = b0;
        let c1 = c0;
        let d1 = d0;
        query += 64;
        for (let row = work; row < rowsEnd; row += 32, query += 64) {
          const rows0 = v128.load(row, 0);
          const rows1 = v128.load(row, 16);
          let values = v128.load(query, 0);
          a0 = i16x8.add(a0, dots(values, rows0));
          a1 = i16x8.add(a1, dots(values, rows1));
          values = v128.load(query, 16);
          b0 = i16x8.add(b0, dots(values, rows0));
          b1 = i16x8.add(b1, dots(values, rows1));
          values = v128.load(query, 32);
          c0 = i16x8.add(c0, dots(values, rows0));
          c1 = i16x8.add(c1, dots(values, rows1));
          values = v128.load(query, 48);
          d0 = i16x8.add(d0, dots(values, rows0));
          d1 = i16x8.add(d1, dots(values, rows1));
        }
        v128.store(best, i16x8.max_s(v128.load(best, 0), i16x8.max_s(a0, a1)), 0);
        v128.store(best, i16x8.max_s(v128.load(best, 16), i16x8.max_s(b0, b1)), 16);
        v128.store(best, i16x8.max_s(v128.load(best, 32), i16x8.max_s(c0, c1)), 32);
        v128.store(best, i16x8.max_s(v128.load(best, 48), i16x8.max_s(d0, d1)), 48);
      }
    }
    let sum = load<i32>(slot);
    for (let best = rowsEnd; best < bestEnd; best += 16) sum += largest(v128.load(best));
    store<i32>(slot, sum);
  }
}

/** 16 rows of 4-bit codes -> u8 [subspaceCount, 16 rows, 2 dimensions] */
function decodeBlock(code: usize, codeEnd: usize, planes: usize, rows: usize): void {
  const nibble = i8x16.splat(15);
  for (; code < codeEnd; code += 16, planes += 64, rows += 64) {
    const bytes = v128.load(code);
    decodeSubspace(v128.and(bytes, nibble), planes, rows);
    decodeSubspace(v128.and(i16x8.shr_u(bytes, 4), nibble), planes + 32, rows + 32);
  }
}

// @ts-ignore: decorator
@inline
function decodeSubspace(part: v128, planes: usize, rows: usize): void {
  const x = swizzle(v128.load(planes), part);
  const y = swizzle(v128.load(planes, 16), part);
  v128.store(rows, i8x16.shuffle(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  v128.store(rows, i8x16.shuffle(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
}

/** Dots of 8 rows' 2 dimensions (0..127) with the query's (-127..127). */
// @ts-ignore: decorator
@inline
function dots(values: v128, rows: v128): v128 {
  return i16x8.relaxed_dot_i8x16_i7x16_s(values, rows);
}
