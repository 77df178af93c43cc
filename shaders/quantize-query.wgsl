// Query token embeddings to int8: the first DIM dimensions to unit length, rotated, times QUERY_SCALE and the row's weight, rounded to
// nearest (ties to even).
// One workgroup a token. A row of length 0, or with a value that is no number, becomes zeros, which the host refuses.

override DIM: u32;
override QUERY_SCALE: f32;

struct Params {
  model_dim: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rotation: array<f32>; // [DIM, DIM]
@group(0) @binding(2) var<storage, read> embeddings: array<f32>; // [tokens, model_dim]
@group(0) @binding(3) var<storage, read_write> query: array<u32>; // [tokens, DIM / 4] of 4 int8
@group(0) @binding(4) var<storage, read> row_weights: array<f32>; // [tokens] at most 1

const LANES = 64u;
const SMALLEST_SQUARE = 1e-20;

var<workgroup> row: array<f32, DIM>;
var<workgroup> squares: array<f32, LANES>;

fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

@compute @workgroup_size(LANES)
fn quantize_query(@builtin(workgroup_id) token: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  var square = 0.0;
  for (var d = lane; d < DIM; d += LANES) {
    let x = embeddings[token.x * params.model_dim + d];
    row[d] = x;
    square += x * x;
  }
  squares[lane] = square;
  for (var width = LANES / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lane < width) {
      squares[lane] += squares[lane + width];
    }
  }
  workgroupBarrier();

  let squared_norm = squares[0];
  let usable = squared_norm > SMALLEST_SQUARE && is_finite(squared_norm);
  let scale = QUERY_SCALE * row_weights[token.x] / sqrt(squared_norm);
  for (var word = lane; word < DIM / 4u; word += LANES) {
    var packed = 0u;
    for (var i = 0u; i < 4u; i++) {
      var sum = 0.0;
      for (var d = 0u; d < DIM; d++) {
        sum += rotation[(word * 4u + i) * DIM + d] * row[d];
      }
      let value = i32(clamp(round(sum * scale), -QUERY_SCALE, QUERY_SCALE));
      packed |= (bitcast<u32>(value) & 0xffu) << (8u * i);
    }
    query[token.x * (DIM / 4u) + word] = select(0u, packed, usable);
  }
}
