// MaxSim over 4-bit codes, 16 rows and two query tokens at a time (AssemblyScript, SIMD). Exact: checkCodec proves that a pair score
// fits 16 bits. Two kernels over the same codes: scoreGrouped, whose sums stay in bytes for four subspaces, and scoreWide for the
// rare query token whose partial scores do not allow that. A third, by products, is in score-dots.ts. What was counted and measured: docs/decisions/0004-cpu-scorer.md
// Offsets are bytes. Allocates nothing: the host owns the memory and checks every size before a call.

import { EXCLUDED, largest, swizzle } from './lanes';

/** Bits of a partial score's low part in grouped tables: four of them, at most 63 each, sum to less than 256. */
const GROUPED_BITS: i32 = 6;
/** What buildTables returns when the tables are wide. */
const WIDE: i32 = i32.MIN_VALUE;

/**
 * Partial dots of every codeword with two query tokens, as byte planes.
 * query int8 [2, dim] (the host adds a token of zeros to an odd count), codewords int8 [subspaceCount, 16, subspaceDim],
 * tables u8 [subspaceCount, 2 tokens, low | high, 16]
 * @returns grouped tables: what scoreGrouped must add to a passage's sum, the subspaces' least partial dots. Wide ones: WIDE.
 */
export function buildTables(query: usize, dim: usize, codewords: usize, subspaceDim: usize, tables: usize): i32 {
  if (dim % (4 * subspaceDim) == 0) {
    const first = groupedTables(query, dim, codewords, subspaceDim, tables);
    if (first != WIDE) {
      const second = groupedTables(query + dim, dim, codewords, subspaceDim, tables + 32);
      if (second != WIDE) return first + second;
    }
  }
  wideTables(query, dim, codewords, subspaceDim, tables);
  wideTables(query + dim, dim, codewords, subspaceDim, tables + 32);
  return WIDE;
}

/** One token's tables of `dot - least`: 6 low bits, and the rest, whose largest must sum to less than 256 in every four subspaces. */
function groupedTables(query: usize, dim: usize, codewords: usize, subspaceDim: usize, tables: usize): i32 {
  let bias: i32 = 0;
  let highest: i32 = 0;
  for (let d: usize = 0, subspace = 0; d < dim; d += subspaceDim, tables += 64, subspace++) {
    partialDots(query + d, codewords + d * 16, subspaceDim, tables);
    const least = ~largest(i16x8.max_s(v128.not(v128.load(tables)), v128.not(v128.load(tables, 16))));
    const range = largest(i16x8.max_s(v128.load(tables), v128.load(tables, 16))) - least;
    highest = (subspace & 3 ? highest : 0) + (range >> GROUPED_BITS);
    if (highest > 255) return WIDE;
    bias += least;
    split(tables, least, GROUPED_BITS);
  }
  return bias;
}

/** One token's tables of `dot`: low byte and high byte. */
function wideTables(query: usize, dim: usize, codewords: usize, subspaceDim: usize, tables: usize): void {
  for (let d: usize = 0; d < dim; d += subspaceDim, tables += 64) {
    partialDots(query + d, codewords + d * 16, subspaceDim, tables);
    split(tables, 0, 8);
  }
}

/** i16 [16], in the bytes that the table will take. */
function partialDots(part: usize, codewords: usize, subspaceDim: usize, table: usize): void {
  for (let word: usize = 0; word < 16; word++, codewords += subspaceDim) {
    let dot: i32 = 0;
    for (let d: usize = 0; d < subspaceDim; d++) dot += <i32>load<i8>(part + d) * <i32>load<i8>(codewords + d);
    store<i16>(table + word * 2, <i16>dot);
  }
}

/** From i16 [16] to u8 [low | high, 16] of the values less `least`. */
function split(table: usize, least: i32, bits: i32): void {
  const from = i16x8.splat(<i16>least);
  const mask = i16x8.splat(<i16>(((<i32>1) << bits) - 1));
  const a = i16x8.sub(v128.load(table), from);
  const b = i16x8.sub(v128.load(table, 16), from);
  v128.store(table, i8x16.narrow_i16x8_u(v128.and(a, mask), v128.and(b, mask)));
  v128.store(table, i8x16.narrow_i16x8_u(i16x8.shr_u(a, bits), i16x8.shr_u(b, bits)), 16);
}

/**
 * Adds the MaxSim of two query tokens to the scores of the passages first..end-1, from grouped tables.
 * codes u8 [blockCount, blockBytes / 16, 16], firstBlocks u32 [passageCount + 1], scores i32 [passageCount]
 * tables: u8 [subspaceCount, 2, low | high, 16], bias: as buildTables returned it
 */
export function scoreGrouped(
  codes: usize,
  blockBytes: usize,
  firstBlocks: usize,
  first: usize,
  end: usize,
  tables: usize,
  scores: usize,
  bias: i32,
): void {
  const nibble = i8x16.splat(15);
  const lastSlot = scores + (end << 2);
  let blocks = firstBlocks + (first << 2); // pointers instead of an index keep the inner loop in registers: 13% faster
  for (let slot = scores + (first << 2); slot < lastSlot; slot += 4, blocks += 4) {
    if (load<i32>(slot) == EXCLUDED) continue;
    let code = codes + <usize>load<u32>(blocks) * blockBytes;
    const passageEnd = codes + <usize>load<u32>(blocks, 4) * blockBytes;
    let best0 = i16x8.splat(0); // unsigned: pair scores less the least there can be
    let best1 = best0;
    while (code < passageEnd) {
      const blockEnd = code + blockBytes;
      let table = tables;
      let low0 = i16x8.splat(0); // sums of both bytes of a 16-bit lane, the odd rows' times 256
      let lowOdd0 = low0; // sums of the odd rows' bytes
      let high0 = low0;
      let highOdd0 = low0;
      let low1 = low0;
      let lowOdd1 = low0;
      let high1 = low0;
      let highOdd1 = low0;
      do {
        let codes = v128.load(code);
        let part = v128.and(codes, nibble);
        let l0 = swizzle(v128.load(table, 0), part);
        let h0 = swizzle(v128.load(table, 16), part);
        let l1 = swizzle(v128.load(table, 32), part);
        let h1 = swizzle(v128.load(table, 48), part);
        part = v128.and(i16x8.shr_u(codes, 4), nibble);
        l0 = i8x16.add(l0, swizzle(v128.load(table, 64), part));
        h0 = i8x16.add(h0, swizzle(v128.load(table, 80), part));
        l1 = i8x16.add(l1, swizzle(v128.load(table, 96), part));
        h1 = i8x16.add(h1, swizzle(v128.load(table, 112), part));
        codes = v128.load(code, 16);
        part = v128.and(codes, nibble);
        l0 = i8x16.add(l0, swizzle(v128.load(table, 128), part));
        h0 = i8x16.add(h0, swizzle(v128.load(table, 144), part));
        l1 = i8x16.add(l1, swizzle(v128.load(table, 160), part));
        h1 = i8x16.add(h1, swizzle(v128.load(table, 176), part));
        part = v128.and(i16x8.shr_u(codes, 4), nibble);
        l0 = i8x16.add(l0, swizzle(v128.load(table, 192), part));
        h0 = i8x16.add(h0, swizzle(v128.load(table, 208), part));
        l1 = i8x16.add(l1, swizzle(v128.load(table, 224), part));
        h1 = i8x16.add(h1, swizzle(v128.load(table, 240), part));
        low0 = i16x8.add(low0, l0);
        lowOdd0 = i16x8.add(lowOdd0, i16x8.shr_u(l0, 8));
        high0 = i16x8.add(high0, h0);
        highOdd0 = i16x8.add(highOdd0, i16x8.shr_u(h0, 8));
        low1 = i16x8.add(low1, l1);
        lowOdd1 = i16x8.add(lowOdd1, i16x8.shr_u(l1, 8));
        high1 = i16x8.add(high1, h1);
        highOdd1 = i16x8.add(highOdd1, i16x8.shr_u(h1, 8));
        table += 256;
        code += 32;
      } while (code < blockEnd);
      best0 = i16x8.max_u(best0, joinGrouped(low0, lowOdd0, high0, highOdd0));
      best1 = i16x8.max_u(best1, joinGrouped(low1, lowOdd1, high1, highOdd1));
    }
    store<i32>(slot, load<i32>(slot) + largestUnsigned(best0) + largestUnsigned(best1) + bias);
  }
}

/**
 * The same from wide tables.
 */
export function scoreWide(
  codes: usize,
  blockBytes: usize,
  firstBlocks: usize,
  first: usize,
  end: usize,
  tables: usize,
  scores: usize,
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
    const sum = largest(i16x8.max_s(bestEven0, bestOdd0)) + largest(i16x8.max_s(bestEven1, bestOdd1));
    store<i32>(slot, load<i32>(slot) + sum);
  }
}

/** The larger of even and odd rows' sums. */
function joinGrouped(low: v128, lowOdd: v128, high: v128, highOdd: v128): v128 {
  const odd = i16x8.add(lowOdd, i16x8.shl(highOdd, GROUPED_BITS));
  const both = i16x8.add(low, i16x8.shl(high, GROUPED_BITS));
  return i16x8.max_u(odd, i16x8.sub(both, i16x8.shl(odd, 8)));
}

function joinEven(low: v128, odd: v128, high: v128): v128 {
  return i16x8.add(i16x8.sub(low, i16x8.shl(odd, 8)), i16x8.shl(high, 8));
}

function joinOdd(odd: v128, high: v128): v128 {
  return i16x8.add(odd, v128.and(high, i16x8.splat(-256)));
}

function largestUnsigned(v: v128): i32 {
  const signBits = i16x8.splat(-32768);
  return largest(v128.xor(v, signBits)) + 32768;
}
