// What both kernels do across the lanes of a vector.

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
