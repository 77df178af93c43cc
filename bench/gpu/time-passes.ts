// Time on the GPU of work that is encoded into one pass: by timestamp queries where the device has them, else from submission until
// the queue is empty. Repeated until it is long against a timestamp's rounding (Chromium: 0.1 ms) and a submission's latency.

import { createPassTimer, passMilliseconds, TIMESTAMP_BYTES } from '../../src/kernels/pass-timer.ts';
import { median } from '../statistics.ts';

const RUNS = 5;

export interface Timing {
  minMs: number;
  medianMs: number;
}

export interface PassClock {
  readonly source: 'timestamp-query' | 'queue';
  /** Milliseconds of one execution of `encode`, which may be called many times a pass. */
  time(encode: (pass: GPUComputePassEncoder) => unknown): Promise<Timing>;
  close(): void;
}

/** @param targetMs how long a measured pass should take */
export function createPassClock(device: GPUDevice, targetMs: number): PassClock {
  const timer = createPassTimer(device, 1);
  const readBack = device.createBuffer({
    label: 'timestamps read-back',
    size: TIMESTAMP_BYTES,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });

  async function run(encode: (pass: GPUComputePassEncoder) => unknown, repeats: number): Promise<number> {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass({ timestampWrites: timer?.writes(0) });
    for (let i = 0; i < repeats; i++) encode(pass);
    pass.end();
    timer?.resolve(encoder, readBack, 0);
    const commands = encoder.finish();
    const start = performance.now();
    device.queue.submit([commands]);
    await device.queue.onSubmittedWorkDone();
    const elapsed = performance.now() - start;
    if (!timer) return elapsed;
    await readBack.mapAsync(GPUMapMode.READ);
    const [ms] = passMilliseconds(readBack.getMappedRange().slice(0));
    readBack.unmap();
    return ms;
  }

  return {
    source: timer ? 'timestamp-query' : 'queue',
    async time(encode) {
      await run(encode, 1); // compiles what the driver left for the first run
      let repeats = 1;
      let once = await run(encode, 1);
      // Twice, because one execution may be too short to tell how many fill the target.
      for (let i = 0; i < 2; i++) {
        repeats = Math.min(500, Math.max(repeats, Math.ceil(targetMs / Math.max(once, 0.05))));
        if (repeats > 1) once = (await run(encode, repeats)) / repeats;
      }
      const times: number[] = [];
      for (let i = 0; i < RUNS; i++) times.push((await run(encode, repeats)) / repeats);
      return { minMs: Math.min(...times), medianMs: median(times) };
    },
    close() {
      timer?.close();
      readBack.destroy();
    },
  };
}
