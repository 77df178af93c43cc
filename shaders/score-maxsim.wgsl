// MaxSim over 4-bit codes: for every query token the best row of a passage, summed. Integers only, exact.
// A workgroup takes 16 passages, 4 lanes each; a lane takes 4 rows of every block (one u32 of each byte pair), so a passage of one
// block keeps all its lanes busy. A row is decoded once for TOKEN_QUADS x 4 query tokens. Passages come longest first, so that lanes
// side by side end together. Sums are named, never indexed: they stay in registers whether or not a compiler unrolls.
// What an override cannot choose comes before this text from the host: Row, Tokens, Sums and their arithmetic; place, passage_best.

override SUBSPACE_COUNT: u32;
override SUBSPACE_DIM: u32; // 2: the two codewords of a byte are joined to 4 dimensions; 4: each is 4 dimensions
override TOKEN_QUADS: u32; // 1..4
override PAIRS: u32 = SUBSPACE_COUNT / 2u;
override WORDS: u32 = SUBSPACE_COUNT * SUBSPACE_DIM / 4u; // u32 of 4 dimensions in a query token

const LANES = 64u;
const EXCLUDED = i32(-0x7fffffff - 1);
const LOWEST = -32768; // no pair scores less

struct Search { token_count: u32, filtered: u32 }
struct Chunk { first_passage: u32, passage_count: u32 }

@group(0) @binding(0) var<uniform> search: Search;
@group(0) @binding(1) var<storage, read> codebook: array<u32>; // [SUBSPACE_COUNT, 16], see packCodebook
@group(0) @binding(2) var<storage, read> query: array<u32>; // [token_count, WORDS]
@group(0) @binding(3) var<storage, read> filter_bits: array<u32>; // one bit a passage
@group(0) @binding(4) var<storage, read_write> scores: array<i32>; // one a passage
@group(1) @binding(0) var<uniform> chunk: Chunk;
@group(1) @binding(1) var<storage, read> codes: array<u32>; // [blocks, PAIRS, 4] of 4 rows' bytes
@group(1) @binding(2) var<storage, read> first_blocks: array<u32>; // [passage_count + 1]
@group(1) @binding(3) var<storage, read> longest_first: array<u32>; // [passage_count] passages of the chunk

var<workgroup> book: array<u32, SUBSPACE_COUNT * 16u>; // lanes read one subspace at a time: 16 words, 16 banks, no conflict
var<workgroup> tile: array<Tokens, WORDS * TOKEN_QUADS>; // [WORDS, TOKEN_QUADS]

struct Rows { a: Row, b: Row, c: Row, d: Row }

/// Of 4 rows, each for 4 query tokens.
struct Scores { a: Sums, b: Sums, c: Sums, d: Sums }

fn is_included(passage: u32) -> bool {
  return search.filtered == 0u || ((filter_bits[passage >> 5u] >> (passage & 31u)) & 1u) == 1u;
}

/// The codewords of 4 rows in one subspace; `bytes` holds a row's code in the low nibble of each byte.
fn decode(subspace: u32, bytes: u32) -> vec4<u32> {
  let codes4 = (vec4<u32>(bytes) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(15u);
  let first = subspace * 16u;
  return vec4<u32>(book[first + codes4.x], book[first + codes4.y], book[first + codes4.z], book[first + codes4.w]);
}

fn rows_of(words: vec4<u32>) -> Rows {
  return Rows(row_of(words.x), row_of(words.y), row_of(words.z), row_of(words.w));
}

fn add(sums: Scores, tokens: Tokens, rows: Rows) -> Scores {
  return Scores(
    sums.a + dots(tokens, rows.a),
    sums.b + dots(tokens, rows.b),
    sums.c + dots(tokens, rows.c),
    sums.d + dots(tokens, rows.d),
  );
}

fn best_of(best: Sums, sums: Scores) -> Sums {
  return max(best, max(max(sums.a, sums.b), max(sums.c, sums.d)));
}

/// 4 query tokens from `token` on, in one word; after the last token it is repeated, and not summed.
fn load_tokens(token: u32, word: u32) -> Tokens {
  let at = min(vec4<u32>(token) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(search.token_count - 1u)) * WORDS + word;
  return tokens_of(vec4<u32>(query[at.x], query[at.y], query[at.z], query[at.w]));
}

fn sum_tokens(best: vec4<i32>, count: u32) -> i32 {
  let counted = select(vec4<i32>(0), best, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(count));
  return counted.x + counted.y + counted.z + counted.w;
}

@compute @workgroup_size(LANES)
fn score_maxsim(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  for (var i = index; i < SUBSPACE_COUNT * 16u; i += LANES) {
    book[i] = codebook[i];
  }
  let lane = place(index); // lanes 4n..4n+3 share a passage
  let slot = group.x * (LANES / 4u) + lane / 4u;
  let row_quad = lane % 4u;
  let exists = slot < chunk.passage_count;
  var passage = 0u;
  var begin = 0u;
  var end = 0u;
  if (exists) {
    let in_chunk = longest_first[slot];
    passage = chunk.first_passage + in_chunk;
    if (is_included(passage)) {
      begin = first_blocks[in_chunk];
      end = first_blocks[in_chunk + 1u];
    }
  }

  var total = 0;
  for (var token = 0u; token < search.token_count; token += 4u * TOKEN_QUADS) {
    workgroupBarrier();
    for (var i = index; i < WORDS * TOKEN_QUADS; i += LANES) {
      tile[i] = load_tokens(token + 4u * (i % TOKEN_QUADS), i / TOKEN_QUADS);
    }
    workgroupBarrier();

    // Quads of query tokens 0 to 3. Those the pipeline lacks are compiled away, those the query lacks are stepped over.
    let left = search.token_count - token;
    let has1 = TOKEN_QUADS > 1u && left > 4u;
    let has2 = TOKEN_QUADS > 2u && left > 8u;
    let has3 = TOKEN_QUADS > 3u && left > 12u;
    var best0 = Sums(LOWEST);
    var best1 = best0;
    var best2 = best0;
    var best3 = best0;
    for (var block = begin; block < end; block++) {
      var sums0 = Scores();
      var sums1 = Scores();
      var sums2 = Scores();
      var sums3 = Scores();
      for (var pair = 0u; pair < PAIRS; pair++) {
        let bytes = codes[(block * PAIRS + pair) * 4u + row_quad];
        let low = decode(2u * pair, bytes);
        let high = decode(2u * pair + 1u, bytes >> 4u);
        for (var half = 0u; half < SUBSPACE_DIM / 2u; half++) {
          let rows = rows_of(select(select(low, high, half == 1u), low | high, SUBSPACE_DIM == 2u));
          let at = (pair * (SUBSPACE_DIM / 2u) + half) * TOKEN_QUADS;
          sums0 = add(sums0, tile[at], rows);
          if (has1) { sums1 = add(sums1, tile[at + 1u], rows); }
          if (has2) { sums2 = add(sums2, tile[at + 2u], rows); }
          if (has3) { sums3 = add(sums3, tile[at + 3u], rows); }
        }
      }
      best0 = best_of(best0, sums0);
      if (has1) { best1 = best_of(best1, sums1); }
      if (has2) { best2 = best_of(best2, sums2); }
      if (has3) { best3 = best_of(best3, sums3); }
    }
    total += sum_tokens(passage_best(vec4<i32>(best0), lane), left);
    if (has1) { total += sum_tokens(passage_best(vec4<i32>(best1), lane), left - 4u); }
    if (has2) { total += sum_tokens(passage_best(vec4<i32>(best2), lane), left - 8u); }
    if (has3) { total += sum_tokens(passage_best(vec4<i32>(best3), lane), left - 12u); }
  }
  if (exists && row_quad == 0u) {
    scores[passage] = select(EXCLUDED, total, end > begin);
  }
}
