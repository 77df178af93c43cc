// What the kernels share: partial scores, and what is done across the lanes of a vector.

/** A passage whose score is this when a kernel is called is left out. */
export const EXCLUDED: i32 = i32.MIN_VALUE;

/** Codes are 0..15, where both instructions agree on every machine; the relaxed one saves V8 on x64 an addition. */
// @ts-ignore: decorator
@inline
export function swizzle(table: v128, codes: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, codes);
  return i8x16.swizzle(table, codes);
}

/** Largest of 8 signed values. */
export function largest(v: v128): i32 {
  v = i16x8.max_s(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  v = i16x8.max_s(v, i8x16.shuffle(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  v = i16x8.max_s(v, i8x16.shuffle(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  return i16x8.extract_lane_s(v, 0);
}

/** Largest of 8 unsigned values. */
export function largestUnsigned(v: v128): i32 {
  const signBits = i16x8.splat(-32768);
  return largest(v128.xor(v, signBits)) + 32768;
}

/** Largest of 16 signed values. */
export function mostOf(a: v128, b: v128): i32 {
  return largest(i16x8.max_s(a, b));
}

/** Least of 16 signed values. */
export function leastOf(a: v128, b: v128): i32 {
  return ~largest(i16x8.max_s(v128.not(a), v128.not(b)));
}

/** Dot products of part of a query row with the 16 codewords of its subspace: i16 [16] at `dots`. */
export function partialDots(part: usize, codewords: usize, subspaceDim: usize, dots: usize): void {
  for (let word: usize = 0; word < 16; word++, codewords += subspaceDim) {
    let dot: i32 = 0;
    for (let d: usize = 0; d < subspaceDim; d++) dot += <i32>load<i8>(part + d) * <i32>load<i8>(codewords + d);
    store<i16>(dots + word * 2, <i16>dot);
  }
}
