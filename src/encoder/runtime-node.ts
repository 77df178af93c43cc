// onnxruntime-node behind the encoder, for the CLI.

import { LatelightError } from '../errors.ts';
import type { EncoderRuntime } from './encoder.ts';
import { loadOnnxRuntime } from './onnxruntime-node.ts';

/**
 * Opens an ONNX file on the CPU with one thread a run: passages are encoded side by side instead, which scales better than
 * threads inside one small product, and leaves sums in an order that does not depend on the number of cores.
 * @throws LatelightError `bad-model` when onnxruntime cannot read the file.
 */
export async function openNodeRuntime(modelPath: string): Promise<EncoderRuntime> {
  const ort = await loadOnnxRuntime();
  try {
    const session = await ort.InferenceSession.create(modelPath, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // Else int8 products overflow on x64 processors without VNNI, and a query has other rows than in a browser.
      extra: { session: { x64quantprecision: '1' } },
    });
    return { session, Tensor: ort.Tensor, provider: 'cpu' };
  } catch (cause) {
    throw new LatelightError('bad-model', `encoder: onnxruntime cannot open ${modelPath}: ${String(cause)}`, { cause });
  }
}
