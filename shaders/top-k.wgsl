// One pass of an exact top-k: score descending, ties to the lowest id. A workgroup reads `span` entries and writes its best k.
// The best HALF so far stay in the lower half of workgroup memory; the next HALF come into the upper half and a bitonic sort orders
// both, unless none of them beats the k-th best so far.

override HALF: u32; // a power of 2, at least 64

struct Params {
  entry_count: u32,
  span: u32, // a multiple of HALF
  k: u32, // at most HALF
  from_scores: u32, // 1 in the first pass, which reads scores, an entry's index being its id; later passes read pairs
}

struct Entry {
  score: i32,
  id: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> entries: array<u32>; // [entry_count] or [entry_count, 2]
@group(0) @binding(2) var<storage, read_write> best: array<u32>; // [workgroups, k, 2] score, id

override LANES: u32 = min(HALF, 256u);
override ALL: u32 = 2u * HALF;
const NOTHING = Entry(i32(-0x7fffffff - 1), 0xffffffffu);

var<workgroup> sorted: array<Entry, ALL>;
var<workgroup> improving: atomic<u32>;
var<workgroup> improved: u32;

fn precedes(a: Entry, b: Entry) -> bool {
  return a.score > b.score || (a.score == b.score && a.id < b.id);
}

fn load_entry(index: u32, end: u32) -> Entry {
  if (index >= end) {
    return NOTHING;
  }
  if (params.from_scores == 1u) {
    return Entry(bitcast<i32>(entries[index]), index);
  }
  return Entry(bitcast<i32>(entries[2u * index]), entries[2u * index + 1u]);
}

fn sort_all(lane: u32) {
  for (var size = 2u; size <= ALL; size *= 2u) {
    for (var stride = size / 2u; stride > 0u; stride /= 2u) {
      workgroupBarrier();
      for (var i = lane; i < HALF; i += LANES) {
        let low = 2u * i - (i & (stride - 1u));
        let high = low + stride;
        let a = sorted[low];
        let b = sorted[high];
        if (precedes(b, a) == ((low & size) == 0u)) {
          sorted[low] = b;
          sorted[high] = a;
        }
      }
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(LANES)
fn top_k(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let begin = group.x * params.span;
  let end = min(begin + params.span, params.entry_count);
  for (var i = lane; i < HALF; i += LANES) {
    sorted[i] = NOTHING;
  }
  for (var offset = 0u; offset < params.span; offset += HALF) {
    if (lane == 0u) {
      atomicStore(&improving, 0u);
    }
    workgroupBarrier();
    let worst = sorted[params.k - 1u];
    for (var i = lane; i < HALF; i += LANES) {
      let entry = load_entry(begin + offset + i, end);
      sorted[HALF + i] = entry;
      if (precedes(entry, worst)) {
        atomicStore(&improving, 1u);
      }
    }
    workgroupBarrier();
    if (lane == 0u) {
      improved = atomicLoad(&improving);
    }
    if (workgroupUniformLoad(&improved) == 1u) {
      sort_all(lane);
    }
  }
  workgroupBarrier();
  for (var i = lane; i < params.k; i += LANES) {
    let at = 2u * (group.x * params.k + i);
    best[at] = bitcast<u32>(sorted[i].score);
    best[at + 1u] = sorted[i].id;
  }
}
