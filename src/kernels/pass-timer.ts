// GPU time of compute passes by timestamp queries. Browsers may round timestamps (Chromium: to 100 microseconds).

export interface PassTimer {
  /** For the descriptor of the pass with this number. A pass never begun counts as 0 ms. */
  writes(pass: number): GPUComputePassTimestampWrites;
  /** After the passes: puts their timestamps at `offset` of a buffer, TIMESTAMP_BYTES a pass. */
  resolve(encoder: GPUCommandEncoder, target: GPUBuffer, offset: number): void;
  close(): void;
}

export const TIMESTAMP_BYTES = 16; // begin and end

/** Undefined when the device was opened without `timestamp-query`. Device memory: 16 bytes a pass and the query set. */
export function createPassTimer(device: GPUDevice, passCount: number): PassTimer | undefined {
  if (!device.features.has('timestamp-query')) return undefined;
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * passCount });
  const size = passCount * TIMESTAMP_BYTES;
  const resolved = device.createBuffer({
    label: 'timestamps',
    size,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  return {
    writes: (pass) => ({ querySet, beginningOfPassWriteIndex: 2 * pass, endOfPassWriteIndex: 2 * pass + 1 }),
    resolve(encoder, target, offset) {
      encoder.resolveQuerySet(querySet, 0, 2 * passCount, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, target, offset, size);
    },
    close() {
      querySet.destroy();
      resolved.destroy();
    },
  };
}

/** Milliseconds of each pass from the bytes that `resolve` wrote. A clock that ran backwards, as some do, gives 0. */
export function passMilliseconds(bytes: ArrayBuffer): number[] {
  const times = new BigUint64Array(bytes);
  return Array.from({ length: times.length / 2 }, (_, pass) =>
    Math.max(0, Number(times[2 * pass + 1] - times[2 * pass]) / 1e6),
  );
}
