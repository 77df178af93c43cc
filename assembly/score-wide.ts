// MaxSim over 4-bit codes, 16 rows and two query tokens at a time (AssemblyScript, SIMD), for any codec: partial scores are 16 bits in two
// byte planes, sums are modulo 65536, and checkCodec proves that a pair score fits them. The quicker way, where partial scores fit a byte, is
// score-narrow.ts. What was counted and measured: docs/decisions/0004-cpu-scorer.md
// Offsets are bytes. Allocates nothing: the host owns the memory and checks every size before a call.

import { EXCLUDED, largest, partialDots, swizzle } from './lanes';

/**
 * Partial dots of every codeword with two query tokens, as byte planes.
 * query int8 [2, dim] (the host adds a token of zeros to an odd count), codewords int8 [subspaceCount, 16, subspaceDim],
 * tables u8 [subspaceCount, 2 tokens, low | high, 16]
 */
export function buildWideTables(query: usize, dim: usize, codewords: usize, subspaceDim: usize, tables: usize): void {
  for (let token: usize = 0; token < 2; token++, query += dim) {
    let table = tables + token * 32;
    for (let d: usize = 0; d < dim; d += subspaceDim, table += 64) {
      partialDots(query + d, codewords + d * 16, subspaceDim, table);
      split(table);
    }
  }
}

/** From i16 [16] to the low and high bytes, u8 [2, 16], in the same place. */
function split(table: usize): void {
  const lowByte = i16x8.splat(255);
  const a = v128.load(table);
  const b = v128.load(table, 16);
  v128.store(table, i8x16.narrow_i16x8_u(v128.and(a, lowByte), v128.and(b, lowByte)));
  v128.store(table, i8x16.narrow_i16x8_u(i16x8.shr_u(a, 8), i16x8.shr_u(b, 8)), 16);
}

/**
 * Adds the MaxSim of two query tokens to the scores of the passages first..end-1.
 * codes u8 [blockCount, blockBytes / 16, 16], firstBlocks u32 [passageCount + 1], scores i32 [passageCount]
 * tables: u8 [subspaceCount, 2, low | high, 16] as buildWideTables wrote them
 * @param more how often the first token counts beyond once
 */
export function scoreWide(
  codes: usize,
  blockBytes: usize,
  firstBlocks: usize,
  first: usize,
  end: usize,
  tables: usize,
  scores: usize,
  more: i32,
): void {
  const nibble = i8x16.splat(15);
  const lastSlot = scores + (end << 2);
  let blocks = firstBlocks + (first << 2);
  for (let slot = scores + (first << 2); slot < lastSlot; slot += 4, blocks += 4) {
    if (load<i32>(slot) == EXCLUDED) continue;
    let code = codes + <usize>load<u32>(blocks) * blockBytes;
    const passageEnd = codes + <usize>load<u32>(blocks, 4) * blockBytes;
    let bestEven0 = i16x8.splat(-32768);
    let bestOdd0 = bestEven0;
    let bestEven1 = bestEven0;
    let bestOdd1 = bestEven0;
    while (code < passageEnd) {
      const blockEnd = code + blockBytes;
      let table = tables;
      let low0 = i16x8.splat(0); // sums of both bytes of a 16-bit lane, the odd rows' times 256
      let odd0 = low0; // sums of the odd rows' low bytes
      let high0 = low0; // sums of high bytes modulo 256
      let low1 = low0;
      let odd1 = low0;
      let high1 = low0;
      do {
        const bytes = v128.load(code);
        const evens = v128.and(bytes, nibble);
        const a0 = swizzle(v128.load(table, 0), evens);
        low0 = i16x8.add(low0, a0);
        odd0 = i16x8.add(odd0, i16x8.shr_u(a0, 8));
        high0 = i8x16.add(high0, swizzle(v128.load(table, 16), evens));
        const a1 = swizzle(v128.load(table, 32), evens);
        low1 = i16x8.add(low1, a1);
        odd1 = i16x8.add(odd1, i16x8.shr_u(a1, 8));
        high1 = i8x16.add(high1, swizzle(v128.load(table, 48), evens));
        const odds = v128.and(i16x8.shr_u(bytes, 4), nibble); // V8 has no shift of bytes on x64 and builds one of five instructions
        const b0 = swizzle(v128.load(table, 64), odds);
        low0 = i16x8.add(low0, b0);
        odd0 = i16x8.add(odd0, i16x8.shr_u(b0, 8));
        high0 = i8x16.add(high0, swizzle(v128.load(table, 80), odds));
        const b1 = swizzle(v128.load(table, 96), odds);
        low1 = i16x8.add(low1, b1);
        odd1 = i16x8.add(odd1, i16x8.shr_u(b1, 8));
        high1 = i8x16.add(high1, swizzle(v128.load(table, 112), odds));
        table += 128;
        code += 16;
      } while (code < blockEnd);
      bestEven0 = i16x8.max_s(bestEven0, joinEven(low0, odd0, high0));
      bestOdd0 = i16x8.max_s(bestOdd0, joinOdd(odd0, high0));
      bestEven1 = i16x8.max_s(bestEven1, joinEven(low1, odd1, high1));
      bestOdd1 = i16x8.max_s(bestOdd1, joinOdd(odd1, high1));
    }
    const sum = largest(i16x8.max_s(bestEven0, bestOdd0)) * (more + 1) + largest(i16x8.max_s(bestEven1, bestOdd1));
    store<i32>(slot, load<i32>(slot) + sum);
  }
}

function joinEven(low: v128, odd: v128, high: v128): v128 {
  return i16x8.add(i16x8.sub(low, i16x8.shl(odd, 8)), i16x8.shl(high, 8));
}

function joinOdd(odd: v128, high: v128): v128 {
  return i16x8.add(odd, v128.and(high, i16x8.splat(-256)));
}
