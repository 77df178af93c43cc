// MaxSim over 4-bit codes: for every query token the best row of a passage, summed. Integers only, exact.
// A workgroup takes 16 passages, 4 threads each; a thread takes 4 rows of every block (one u32 of each byte pair), so a passage of
// one block keeps all its threads busy and maxima stay in registers. A row is decoded once for TOKEN_TILE query tokens.
// `dot4` comes from the host: dot4I8Packed where the browser has it, the same in plain WGSL where not.

override SUBSPACE_COUNT: u32;
override SUBSPACE_DIM: u32; // 2: the two codewords of a byte are joined to 4 dimensions; 4: each is 4 dimensions
override TOKEN_TILE: u32 = 8; // at most MAX_TILE

const LANES = 64u;
const LANES_PER_PASSAGE = 4u;
const MAX_TILE = 8u;
const EXCLUDED = i32(-0x7fffffff - 1);
const LOWEST = -32768; // no pair scores less
override PAIRS: u32 = SUBSPACE_COUNT / 2u;
override WORDS: u32 = SUBSPACE_COUNT * SUBSPACE_DIM / 4u; // u32 of 4 dimensions in a query token

struct Search {
  token_count: u32,
  filtered: u32,
}

struct Chunk {
  first_passage: u32,
  passage_count: u32,
}

@group(0) @binding(0) var<uniform> search: Search;
@group(0) @binding(1) var<storage, read> codebook: array<u32>; // [SUBSPACE_COUNT, 16], see packCodebook
@group(0) @binding(2) var<storage, read> query: array<u32>; // [token_count, WORDS]
@group(0) @binding(3) var<storage, read> filter_bits: array<u32>; // one bit a passage
@group(0) @binding(4) var<storage, read_write> scores: array<i32>; // one a passage
@group(1) @binding(0) var<uniform> chunk: Chunk;
@group(1) @binding(1) var<storage, read> codes: array<u32>; // [blocks, PAIRS, 4] of 4 rows' bytes
@group(1) @binding(2) var<storage, read> first_blocks: array<u32>; // [passage_count + 1]

var<workgroup> book: array<u32, SUBSPACE_COUNT * 16u>;
var<workgroup> tile: array<u32, TOKEN_TILE * WORDS>; // [TOKEN_TILE, WORDS]
var<workgroup> lane_best: array<i32, LANES * TOKEN_TILE>; // [LANES, TOKEN_TILE]

fn is_included(passage: u32) -> bool {
  return search.filtered == 0u || ((filter_bits[passage >> 5u] >> (passage & 31u)) & 1u) == 1u;
}

/// The codewords of 4 rows in one subspace; `bytes` holds a row's code in the low nibble of each byte.
fn decode(subspace: u32, bytes: u32) -> vec4<u32> {
  let codes4 = (vec4<u32>(bytes) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(15u);
  let first = subspace * 16u;
  return vec4<u32>(book[first + codes4.x], book[first + codes4.y], book[first + codes4.z], book[first + codes4.w]);
}

fn dots(part: u32, rows: vec4<u32>) -> vec4<i32> {
  return vec4<i32>(dot4(part, rows.x), dot4(part, rows.y), dot4(part, rows.z), dot4(part, rows.w));
}

@compute @workgroup_size(LANES)
fn score_maxsim(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  for (var i = lane; i < SUBSPACE_COUNT * 16u; i += LANES) {
    book[i] = codebook[i];
  }
  let local_passage = group.x * (LANES / LANES_PER_PASSAGE) + lane / LANES_PER_PASSAGE;
  let row_quad = lane % LANES_PER_PASSAGE;
  let passage = chunk.first_passage + local_passage;
  let exists = local_passage < chunk.passage_count;
  var begin = 0u;
  var end = 0u;
  if (exists && is_included(passage)) {
    begin = first_blocks[local_passage];
    end = first_blocks[local_passage + 1u];
  }

  var total = 0;
  for (var token = 0u; token < search.token_count; token += TOKEN_TILE) {
    workgroupBarrier();
    for (var i = lane; i < TOKEN_TILE * WORDS; i += LANES) {
      tile[i] = query[min(token * WORDS + i, search.token_count * WORDS - 1u)]; // slots after the last token are not summed
    }
    workgroupBarrier();

    var best: array<i32, MAX_TILE>;
    for (var t = 0u; t < TOKEN_TILE; t++) {
      best[t] = LOWEST;
    }
    for (var block = begin; block < end; block++) {
      var sums: array<vec4<i32>, MAX_TILE>; // [token of the tile] of 4 rows
      for (var t = 0u; t < TOKEN_TILE; t++) {
        sums[t] = vec4<i32>(0); // some compilers do not zero a variable again in the next iteration
      }
      for (var pair = 0u; pair < PAIRS; pair++) {
        let bytes = codes[(block * PAIRS + pair) * 4u + row_quad];
        let low = decode(2u * pair, bytes);
        let high = decode(2u * pair + 1u, bytes >> 4u);
        if (SUBSPACE_DIM == 2u) {
          let rows = low | high;
          for (var t = 0u; t < TOKEN_TILE; t++) {
            sums[t] += dots(tile[t * WORDS + pair], rows);
          }
        } else {
          for (var t = 0u; t < TOKEN_TILE; t++) {
            let at = t * WORDS + 2u * pair;
            sums[t] += dots(tile[at], low) + dots(tile[at + 1u], high);
          }
        }
      }
      for (var t = 0u; t < TOKEN_TILE; t++) {
        let pairwise = max(sums[t].xy, sums[t].zw);
        best[t] = max(best[t], max(pairwise.x, pairwise.y));
      }
    }

    for (var t = 0u; t < TOKEN_TILE; t++) {
      lane_best[lane * TOKEN_TILE + t] = best[t];
    }
    workgroupBarrier();
    if (row_quad == 0u) {
      for (var t = 0u; t < min(TOKEN_TILE, search.token_count - token); t++) {
        let at = lane * TOKEN_TILE + t;
        total += max(
          max(lane_best[at], lane_best[at + TOKEN_TILE]),
          max(lane_best[at + 2u * TOKEN_TILE], lane_best[at + 3u * TOKEN_TILE]),
        );
      }
    }
  }
  if (exists && row_quad == 0u) {
    scores[passage] = select(EXCLUDED, total, end > begin);
  }
}
