// What the device can do at best, one kernel for each roof. Results are stored, so that nothing is computed for nobody.

override ITERATIONS: u32;
const LANES = 256u;

@group(0) @binding(0) var<storage, read> input: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>; // one a lane

/// Reads all of the input once, neighbouring lanes neighbouring 16 bytes.
@compute @workgroup_size(LANES)
fn read_all(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let stride = groups.x * LANES;
  let count = arrayLength(&input);
  var all = vec4<u32>(0u);
  for (var i = id.x; i < count; i += 4u * stride) {
    all ^= input[i];
    all ^= input[min(i + stride, count - 1u)];
    all ^= input[min(i + 2u * stride, count - 1u)];
    all ^= input[min(i + 3u * stride, count - 1u)];
  }
  output[id.x] = all.x ^ all.y ^ all.z ^ all.w;
}

/// 16 dot products of 4 int8 an iteration, in 8 chains of two. Each takes what the one before gave: none can be moved out of the loop.
@compute @workgroup_size(LANES)
fn packed_dots(@builtin(global_invocation_id) id: vec3<u32>) {
  let by = input[0].x | 1u;
  var a = vec4<u32>(id.x, id.x + 1u, id.x + 2u, id.x + 3u);
  var b = a * 5u;
  for (var i = 0u; i < ITERATIONS; i++) {
    a = four_dots(a, by) + b;
    b = four_dots(b, by) + a;
    a = four_dots(a, by) + b;
    b = four_dots(b, by) + a;
  }
  output[id.x] = a.x ^ a.y ^ a.z ^ a.w ^ b.x ^ b.y ^ b.z ^ b.w;
}

fn four_dots(a: vec4<u32>, by: u32) -> vec4<u32> {
  return bitcast<vec4<u32>>(
    vec4<i32>(dot4I8Packed(a.x, by), dot4I8Packed(a.y, by), dot4I8Packed(a.z, by), dot4I8Packed(a.w, by)),
  );
}

/// 64 multiply-adds an iteration, which is the arithmetic of 16 dot products, in 16 chains.
@compute @workgroup_size(LANES)
fn float_dots(@builtin(global_invocation_id) id: vec3<u32>) {
  let by = vec4<f32>(input[0] & vec4<u32>(1u)) * 0.25 + 0.5;
  var a = vec4<f32>(f32(id.x));
  var b = a + 1.0;
  var c = a + 2.0;
  var d = a + 3.0;
  for (var i = 0u; i < 4u * ITERATIONS; i++) {
    a = fma(a, by, by);
    b = fma(b, by, by);
    c = fma(c, by, by);
    d = fma(d, by, by);
  }
  let all = a + b + c + d;
  output[id.x] = bitcast<u32>(all.x + all.y + all.z + all.w);
}
