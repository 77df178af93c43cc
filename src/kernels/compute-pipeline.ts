// Making a compute pipeline and a filled buffer: what every kernel host does first.

const made = new WeakMap<GPUDevice, Map<string, Promise<GPUComputePipeline>>>();

/**
 * The entry point is the only one of the shader. Rejects with the compiler's message. A device compiles the same code once:
 * drivers take up to seconds, and an index is opened again more often than a device.
 */
export function createPipeline(
  device: GPUDevice,
  label: string,
  code: string,
  constants: Record<string, number>,
): Promise<GPUComputePipeline> {
  const pipelines = made.get(device) ?? new Map<string, Promise<GPUComputePipeline>>();
  made.set(device, pipelines);
  const key = JSON.stringify([constants, code]);
  let pipeline = pipelines.get(key);
  if (!pipeline) {
    const module = device.createShaderModule({ label, code });
    pipeline = device.createComputePipelineAsync({ label, layout: 'auto', compute: { module, constants } });
    pipelines.set(key, pipeline);
    pipeline.catch(() => pipelines.delete(key));
  }
  return pipeline;
}

/** A buffer with these bytes in it, a multiple of 4, and room to copy more in. */
export function createFilledBuffer(
  device: GPUDevice,
  label: string,
  usage: GPUBufferUsageFlags,
  data: Float32Array | Uint32Array | Uint8Array,
): GPUBuffer {
  const buffer = device.createBuffer({ label, size: data.byteLength, usage: usage | GPUBufferUsage.COPY_DST });
  // The data may lie in any ArrayBuffer, also a shared one, which the DOM types do not say.
  device.queue.writeBuffer(buffer, 0, data as GPUAllowSharedBufferSource);
  return buffer;
}

/** Binding i is the i-th buffer. */
export function bindBuffers(
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  group: number,
  buffers: readonly GPUBuffer[],
): GPUBindGroup {
  return device.createBindGroup({
    layout: pipeline.getBindGroupLayout(group),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
}
