// MaxSim over 4-bit codes, 16 rows at a time (AssemblyScript, SIMD). Exact modulo 2^16; checkCodec proves that 16 bits suffice.
// Two query tokens a pass: their six accumulators and the shared codes fit the 16 registers of x64; three or four tokens spill
// (32 bytes a row, million pairs/s on Node 20: 1 token 279, 2 tokens 311, 3 tokens 271, 4 tokens 252).
// Offsets are bytes. Allocates nothing: the host owns the memory and checks every size before a call.

/** A passage whose score is this when scoreTokenPair is called is left out. */
const EXCLUDED: i32 = i32.MIN_VALUE;

/**
 * Partial dots of every codeword with every query token, as byte planes.
 * query int8 [tokenCount, dim], tokenCount even (the host adds a token of zeros), codewords int8 [subspaceCount, 16, subspaceDim]
 * tables u8 [tokenCount / 2, subspaceCount, token of the pair, low | high, 16]
 */
export function buildTables(
  query: usize,
  tokenCount: usize,
  dim: usize,
  codewords: usize,
  subspaceDim: usize,
  tables: usize,
): void {
  const subspaceCount = dim / subspaceDim;
  for (let token: usize = 0; token < tokenCount; token++) {
    for (let subspace: usize = 0; subspace < subspaceCount; subspace++) {
      const part = query + token * dim + subspace * subspaceDim;
      const table = tables + (((token >> 1) * subspaceCount + subspace) * 2 + (token & 1)) * 32;
      for (let word: usize = 0; word < 16; word++) {
        const codeword = codewords + (subspace * 16 + word) * subspaceDim;
        let dot: i32 = 0;
        for (let d: usize = 0; d < subspaceDim; d++) dot += <i32>load<i8>(part + d) * <i32>load<i8>(codeword + d);
        store<u8>(table + word, <u8>dot);
        store<u8>(table + word, <u8>(dot >> 8), 16);
      }
    }
  }
}

/**
 * Adds the MaxSim of two query tokens to the scores of the passages first..end-1.
 * codes u8 [blockCount, blockBytes / 16, 16], firstBlocks u32 [passageCount + 1], scores i32 [passageCount]
 * tables: one token pair's, u8 [subspaceCount, 2, low | high, 16]
 */
export function scoreTokenPair(
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
  let blocks = firstBlocks + (first << 2); // pointers instead of an index keep the inner loop in registers: 13% faster
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
        const odds = i8x16.shr_u(bytes, 4);
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

/** Codes are 0..15, where both instructions agree on every machine; the relaxed one saves V8 on x64 an addition. */
function swizzle(table: v128, codes: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, codes);
  return i8x16.swizzle(table, codes);
}

function joinEven(low: v128, odd: v128, high: v128): v128 {
  return i16x8.add(i16x8.sub(low, i16x8.shl(odd, 8)), i16x8.shl(high, 8));
}

function joinOdd(odd: v128, high: v128): v128 {
  return i16x8.add(odd, v128.and(high, i16x8.splat(-256)));
}

function largest(v: v128): i32 {
  v = i16x8.max_s(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  v = i16x8.max_s(v, i8x16.shuffle(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  v = i16x8.max_s(v, i8x16.shuffle(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  return i16x8.extract_lane_s(v, 0);
}
