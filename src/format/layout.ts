// Sizes and offsets shared by writer, reader, scorers and shaders. The law they follow is docs/FORMAT.md.

/** Rows in a block: one byte of each of 16 rows fills one SIMD register and four u32 of a GPU buffer. */
export const BLOCK_ROWS = 16;

/** Codewords in a subspace's codebook: 4 bits a code. */
export const CODEWORDS = 16;

/** The largest scale a codec may round queries at: int8 value = round(scale x). What a codec file that names none means. */
export const FULL_QUERY_SCALE = 127;

/** The largest |score| of one (query token, row) pair: scorers accumulate modulo 2^16. */
export const MAX_PAIR_SCORE = 32767;

/** The most query tokens a scorer takes at once; longer queries are refused, not cut. */
export const MAX_QUERY_TOKENS = 64;

/** Tokens that a model may cut texts at: below it there is no text beside special tokens and prefix, above it no model. */
export const TEXT_TOKENS = { least: 4, most: 65536 };

/** The largest file: protobuf, and with it ONNX, ends there; every other file is far smaller. */
export const MAX_FILE_BYTES = 2 ** 31 - 1;

/** A file in parts costs a request each: no manifest asks for thousands. */
export const MIN_PART_BYTES = 2 ** 20;

/** The most passages one search returns. */
export const MAX_RESULTS = 512;

/** Bytes of one row's codes at `dim` dimensions in subspaces of `subspaceDim`. */
export function rowBytes(dim: number, subspaceDim: number): number {
  return dim / subspaceDim / 2;
}

/** Bytes of one block of codes. */
export function blockBytes(dim: number, subspaceDim: number): number {
  return rowBytes(dim, subspaceDim) * BLOCK_ROWS;
}
