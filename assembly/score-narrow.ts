// MaxSim over 4-bit codes where a partial score takes one byte: 16 rows and four query tokens (or the two that are left) at a time, one table a subspace instead of
// two. Codecs are fitted so that this holds for nearly all query tokens (docs/decisions/0004); four with one that does not fit take score-wide.ts.
// Exact: sums of 16 bits hold what checkCodec bounds by 32767 either way, less the least there can be.

import { EXCLUDED, largestUnsigned, leastOf, mostOf, partialDots, swizzle } from './lanes';

/** Query tokens scored side by side: 8 sums and 4 partial scores are what x64 has registers for. */
const TOKENS: usize = 4;
/** What buildNarrowTables returns when a sum of two partial scores would not fit a byte. */
const TOO_WIDE: i32 = i32.MIN_VALUE;

/**
 * Partial dots of every codeword with four query tokens, less the least of their subspace.
 * query int8 [4, dim] (the host adds tokens of zeros), codewords int8 [subspaceCount, 16, subspaceDim], subspaceCount even
 * tables u8 [subspaceCount, 4 tokens, 16]
 * @param more how often the first token counts beyond once
 * @returns what scoreNarrow must add to a passage's sum, or TOO_WIDE: the four then need other tables
 */
export function buildNarrowTables(
  query: usize,
  dim: usize,
  codewords: usize,
  subspaceDim: usize,
  tables: usize,
  work: usize,
  more: i32,
): i32 {
  let bias: i32 = 0;
  for (let token: usize = 0; token < TOKENS; token++, query += dim) {
    let table = tables + token * 16;
    let widest: i32 = 0; // of this subspace and the one it shares bytes with
    for (let d: usize = 0, subspace = 0; d < dim; d += subspaceDim, table += TOKENS * 16, subspace++) {
      partialDots(query + d, codewords + d * 16, subspaceDim, work);
      const a = v128.load(work);
      const b = v128.load(work, 16);
      const least = leastOf(a, b);
      widest = (subspace & 1 ? widest : 0) + mostOf(a, b) - least;
      if (widest > 255) return TOO_WIDE;
      const from = i16x8.splat(<i16>least);
      v128.store(table, i8x16.narrow_i16x8_u(i16x8.sub(a, from), i16x8.sub(b, from)));
      bias += token == 0 ? least * (more + 1) : least;
    }
  }
  return bias;
}

/**
 * Adds the MaxSim of four query tokens to the scores of the passages first..end-1.
 * codes u8 [blockCount, blockBytes / 16, 16], firstBlocks u32 [passageCount + 1], scores i32 [passageCount]
 * @param tables as buildNarrowTables wrote them, for the same `more`, and bias as it returned it
 */
export function scoreNarrow(
  codes: usize,
  blockBytes: usize,
  firstBlocks: usize,
  first: usize,
  end: usize,
  tables: usize,
  scores: usize,
  more: i32,
  bias: i32,
): void {
  scoreTokens(4, codes, blockBytes, firstBlocks, first, end, tables, scores, more, bias);
}

/** The same where the last two of the four tokens are zeros, in little more than half of the time. */
export function scoreNarrowTwo(
  codes: usize,
  blockBytes: usize,
  firstBlocks: usize,
  first: usize,
  end: usize,
  tables: usize,
  scores: usize,
  more: i32,
  bias: i32,
): void {
  scoreTokens(2, codes, blockBytes, firstBlocks, first, end, tables, scores, more, bias);
}

/** @param tokens 4 or 2, known when this is compiled */
// @ts-ignore: decorator
@inline
function scoreTokens(
  tokens: usize,
  codes: usize,
  blockBytes: usize,
  firstBlocks: usize,
  first: usize,
  end: usize,
  tables: usize,
  scores: usize,
  more: i32,
  bias: i32,
): void {
  const nibble = i8x16.splat(15);
  const lastSlot = scores + (end << 2);
  let blocks = firstBlocks + (first << 2);
  for (let slot = scores + (first << 2); slot < lastSlot; slot += 4, blocks += 4) {
    if (load<i32>(slot) == EXCLUDED) continue;
    let code = codes + <usize>load<u32>(blocks) * blockBytes;
    const passageEnd = codes + <usize>load<u32>(blocks, 4) * blockBytes;
    let best0 = i16x8.splat(0); // unsigned: pair scores less the least there can be
    let best1 = best0;
    let best2 = best0;
    let best3 = best0;
    while (code < passageEnd) {
      const blockEnd = code + blockBytes;
      let table = tables;
      let both0 = i16x8.splat(0); // sums of both rows of a 16-bit lane, the odd one's times 256
      let odd0 = both0; // sums of the odd rows
      let both1 = both0;
      let odd1 = both0;
      let both2 = both0;
      let odd2 = both0;
      let both3 = both0;
      let odd3 = both0;
      do {
        const bytes = v128.load(code);
        const even = v128.and(bytes, nibble);
        const uneven = v128.and(i16x8.shr_u(bytes, 4), nibble);
        let sum = i8x16.add(swizzle(v128.load(table, 0), even), swizzle(v128.load(table, 64), uneven));
        both0 = i16x8.add(both0, sum);
        odd0 = i16x8.add(odd0, i16x8.shr_u(sum, 8));
        sum = i8x16.add(swizzle(v128.load(table, 16), even), swizzle(v128.load(table, 80), uneven));
        both1 = i16x8.add(both1, sum);
        odd1 = i16x8.add(odd1, i16x8.shr_u(sum, 8));
        if (tokens == 4) {
          sum = i8x16.add(swizzle(v128.load(table, 32), even), swizzle(v128.load(table, 96), uneven));
          both2 = i16x8.add(both2, sum);
          odd2 = i16x8.add(odd2, i16x8.shr_u(sum, 8));
          sum = i8x16.add(swizzle(v128.load(table, 48), even), swizzle(v128.load(table, 112), uneven));
          both3 = i16x8.add(both3, sum);
          odd3 = i16x8.add(odd3, i16x8.shr_u(sum, 8));
        }
        table += 128;
        code += 16;
      } while (code < blockEnd);
      best0 = i16x8.max_u(best0, larger(both0, odd0));
      best1 = i16x8.max_u(best1, larger(both1, odd1));
      if (tokens == 4) {
        best2 = i16x8.max_u(best2, larger(both2, odd2));
        best3 = i16x8.max_u(best3, larger(both3, odd3));
      }
    }
    let sum = largestUnsigned(best0) + largestUnsigned(best1);
    if (tokens == 4) sum += largestUnsigned(best2) + largestUnsigned(best3);
    if (more > 0) sum += again(more, best0);
    store<i32>(slot, load<i32>(slot) + sum + bias);
  }
}

/** What the first token adds beyond once. A call of its own: in line it costs queries without repeated tokens 13%. */
function again(more: i32, best: v128): i32 {
  return more * largestUnsigned(best);
}

/** The larger of an odd row's sum and the even one's beside it. */
// @ts-ignore: decorator
@inline
function larger(both: v128, odd: v128): v128 {
  return i16x8.max_u(odd, i16x8.sub(both, i16x8.shl(odd, 8)));
}
