// onnxruntime-node behind the encoder, for the CLI.

import type { InferenceSession } from 'onnxruntime-node';
import { LatelightError } from '../errors.ts';
import type { EncoderRuntime } from './encoder.ts';
import { loadOnnxRuntime } from './onnxruntime-node.ts';

/**
 * Opens an ONNX model, a file's path or its bytes, on the CPU with one thread a run: passages are encoded side by side instead, which scales better than
 * threads inside one small product, and leaves sums in an order that does not depend on the number of cores.
 * @throws LatelightError `bad-model` when onnxruntime cannot read the file.
 */
export async function openNodeRuntime(model: string | Uint8Array, name = String(model)): Promise<EncoderRuntime> {
  const ort = await loadOnnxRuntime();
  try {
    const options: InferenceSession.SessionOptions = {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // Else int8 products overflow on x64 processors without VNNI, and a query has other rows than in a browser.
      extra: { session: { x64quantprecision: '1' } },
    };
    const session =
      typeof model === 'string'
        ? await ort.InferenceSession.create(model, options)
        : await ort.InferenceSession.create(model, options);
    return { session, Tensor: ort.Tensor, provider: 'cpu' };
  } catch (cause) {
    throw new LatelightError('bad-model', `encoder: onnxruntime cannot open ${name}: ${String(cause)}`, { cause });
  }
}
