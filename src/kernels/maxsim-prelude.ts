// What comes before shaders/score-maxsim.wgsl: the parts that a device or a browser decides. They are text because WGSL's override
// constants can choose neither a type, nor a directive, nor a function that only some browsers compile.

/**
 * How 4 dimensions are multiplied; the integers are the same. `packed`: dot4I8Packed, one instruction where the GPU has it.
 * `float`: four f32 multiply-adds, exact because every sum is an integer below 2^24, and needed by nothing. Metal has no packed dot
 * product: Dawn unpacks both sides into some twenty instructions each time, where `float` unpacks a row once for all query tokens.
 */
export type MaxsimArithmetic = 'packed' | 'float';

export const PACKED_DOT = 'packed_4x8_integer_dot_product';

const ARITHMETIC: Record<MaxsimArithmetic, { text: string; tokensBytes: number }> = {
  packed: {
    tokensBytes: 16,
    text: `
alias Row = u32;
alias Tokens = vec4<u32>;
alias Sums = vec4<i32>;

fn row_of(word: u32) -> Row {
  return word;
}

fn tokens_of(words: vec4<u32>) -> Tokens {
  return words;
}

fn dots(tokens: Tokens, row: Row) -> Sums {
  return Sums(dot4I8Packed(tokens.x, row), dot4I8Packed(tokens.y, row), dot4I8Packed(tokens.z, row), dot4I8Packed(tokens.w, row));
}
`,
  },
  float: {
    tokensBytes: 64,
    text: `
alias Row = vec4<f32>;
alias Tokens = mat4x4<f32>;
alias Sums = vec4<f32>;

fn row_of(word: u32) -> Row {
  return Row(bitcast<vec4<i32>>(vec4<u32>(word) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}

fn tokens_of(words: vec4<u32>) -> Tokens {
  return Tokens(row_of(words.x), row_of(words.y), row_of(words.z), row_of(words.w));
}

fn dots(tokens: Tokens, row: Row) -> Sums {
  return row * tokens;
}
`,
  },
};

const LANE_BEST_BYTES = 64 * 16;

/** The best of the 4 lanes of a passage, through workgroup memory. */
const WITH_MEMORY = `
var<workgroup> lane_best: array<vec4<i32>, 64>;

fn place(index: u32) -> u32 {
  return index;
}

fn passage_best(best: vec4<i32>, lane: u32) -> vec4<i32> {
  workgroupBarrier();
  lane_best[lane] = best;
  workgroupBarrier();
  let first = lane - lane % 4u;
  return max(max(lane_best[first], lane_best[first + 1u]), max(lane_best[first + 2u], lane_best[first + 3u]));
}
`;

/**
 * The same through registers, for subgroups of 4 lanes and more. How local indices lie in a subgroup is not specified, so the lanes
 * of a quad find each other by their rank in the subgroup and take the next passage of the workgroup.
 */
const WITH_SUBGROUPS = `
var<workgroup> placed: atomic<u32>;

fn place(index: u32) -> u32 {
  let rank = subgroupExclusiveAdd(1u) % 4u;
  var quad = 0u;
  if (rank == 0u) {
    quad = atomicAdd(&placed, 1u);
  }
  return 4u * quadBroadcast(quad, 0u) + rank;
}

fn passage_best(best: vec4<i32>, lane: u32) -> vec4<i32> {
  let pairwise = max(best, quadSwapX(best));
  return max(pairwise, quadSwapY(pairwise));
}
`;

export interface MaxsimVariant {
  arithmetic: MaxsimArithmetic;
  subgroups: boolean;
}

/** What serves this device best, as far as it can be told without measuring. */
export function chooseVariant(device: GPUDevice): MaxsimVariant {
  const packed = globalThis.navigator?.gpu?.wgslLanguageFeatures.has(PACKED_DOT) ?? false;
  return {
    arithmetic: packed && device.adapterInfo?.vendor !== 'apple' ? 'packed' : 'float',
    subgroups: device.features.has('subgroups'),
  };
}

export function maxsimPrelude({ arithmetic, subgroups }: MaxsimVariant): string {
  const directives = [subgroups && 'enable subgroups;', arithmetic === 'packed' && `requires ${PACKED_DOT};`];
  const parts = [...directives, ARITHMETIC[arithmetic].text, subgroups ? WITH_SUBGROUPS : WITH_MEMORY];
  return parts.filter(Boolean).join('\n');
}

/** Workgroup memory of the shader with this prelude. */
export function maxsimWorkgroupBytes(
  { arithmetic, subgroups }: MaxsimVariant,
  { dim, subspaceCount }: { dim: number; subspaceCount: number },
  tokenTile: number,
): number {
  const tile = (dim / 4) * (tokenTile / 4) * ARITHMETIC[arithmetic].tokensBytes;
  return subspaceCount * 64 + tile + (subgroups ? 16 : LANE_BEST_BYTES);
}
