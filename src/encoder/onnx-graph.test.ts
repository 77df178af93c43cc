// Graphs made whole are run by onnxruntime and compared with the obvious loops in float64.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DenseConfig, denseConfigs, readDenseLayers } from './dense-layers.ts';
import { COMPLETED_OUTPUT, Encoder } from './encoder.ts';
import { openModelFolder } from './model-folder.ts';
import { completeGraph, completion, type DenseLayer, readGraphSummary } from './onnx-graph.ts';
import { openNodeRuntime } from './runtime-node.ts';
import { readTensors } from './safetensors.ts';
import {
  denseFiles,
  pylateFolder,
  safetensors,
  type TinyDense,
  tables,
  tinyGraph,
  writeFiles,
} from './tiny-model.fixture.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-graph-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** f32 sums of some dozens of products against f64. */
const TOLERANCE = 2e-6;
const WIDTH = 16;

const erf = (x: number) => {
  // Its Taylor series, as far as float64 has digits for it.
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};
const ACTIVATE: Record<string, (x: number) => number> = {
  'torch.nn.modules.linear.Identity': (x) => x,
  'torch.nn.modules.activation.Tanh': Math.tanh,
  'torch.nn.modules.activation.ReLU': (x) => Math.max(0, x),
  'torch.nn.modules.activation.GELU': (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  'torch.nn.modules.activation.SiLU': (x) => x / (1 + Math.exp(-x)),
  'torch.nn.modules.activation.Sigmoid': (x) => 1 / (1 + Math.exp(-x)),
};

/** What PyLate computes, by its own description: weights as torch keeps them, [outputDim, inputDim]. */
function reference(row: number[], layers: TinyDense[], weights: Map<string, Float32Array>[]): number[] {
  let at = row;
  layers.forEach(({ outputDim, activation = 'torch.nn.modules.linear.Identity', residual }, layer) => {
    const product = (name: string, o: number) =>
      at.reduce((sum, value, i) => sum + value * weights[layer].get(name)![o * at.length + i], 0);
    at = Array.from({ length: outputDim }, (_, o) => {
      const linear = product('linear.weight', o) + (weights[layer].get('linear.bias')?.[o] ?? 0);
      const value = ACTIVATE[activation](linear);
      if (!residual) return value;
      return value + (weights[layer].has('residual.weight') ? product('residual.weight', o) : at[o]);
    });
  });
  const length = Math.sqrt(at.reduce((sum, value) => sum + value * value, 0));
  return at.map((value) => value / length);
}

const cases: [string, TinyDense[]][] = [
  ...Object.keys(ACTIVATE).map((activation): [string, TinyDense[]] => [
    activation,
    [
      { inputDim: WIDTH, outputDim: 24, activation, bias: true },
      // Its bias shows the scale of what comes in.
      { inputDim: 24, outputDim: 8, bias: true, seed: 5 },
    ],
  ]),
  ['one layer', [{ inputDim: WIDTH, outputDim: 8 }]],
  ['a residual of the same width', [{ inputDim: WIDTH, outputDim: WIDTH, residual: true }]],
  [
    'a projected residual',
    [
      { inputDim: WIDTH, outputDim: 32, residual: true, bias: true },
      { inputDim: 32, outputDim: 8, residual: true, seed: 3 },
    ],
  ],
];

it.each(cases)('completion adds what PyLate computes: %s', async (_, layers) => {
  await writeFiles(folder, denseFiles(layers));
  const configs = await denseConfigs(folder);
  const weights = await Promise.all(
    configs.map(async ({ file }) => {
      const stored = await readTensors(file, ['linear.weight', 'linear.bias', 'residual.weight']);
      return new Map([...stored].map(([name, { data }]) => [name, data]));
    }),
  );
  await writeFiles(folder, pylateFolder({ width: WIDTH, unit: false, output: 'last_hidden_state' }));
  const { tokenizer } = await openModelFolder(folder);
  const rows = await completedRows(await readDenseLayers(configs), layers.at(-1)!.outputDim);
  const { ids, attentionMask } = tokenizer.encode('close the server', 'query');
  const { tokens, attention } = tables(WIDTH);
  let largest = 0;
  ids.forEach((id, row) => {
    // As tinyGraph has it: (token's row + attention's row) x 3.
    const hidden = Array.from(
      { length: WIDTH },
      (_, i) => 3 * (tokens[id * WIDTH + i] + attention[attentionMask[row] * WIDTH + i]),
    );
    reference(hidden, layers, weights).forEach((value, d) => {
      largest = Math.max(largest, Math.abs(rows.data[row * rows.dim + d] - value));
    });
  });
  expect(rows.tokenCount).toBe(ids.length);
  expect(largest).toBeLessThan(TOLERANCE);

  async function completedRows(dense: DenseLayer[], dim: number) {
    const appended = completion('last_hidden_state', dense, dim);
    const bytes = completeGraph(tinyGraph({ width: WIDTH, unit: false, output: 'last_hidden_state' }), appended);
    await writeFile(join(folder, 'whole.onnx'), bytes);
    const summary = readGraphSummary((at, length) => bytes.subarray(at, at + length), bytes.length);
    expect(summary.outputs.map(({ name }) => name)).toEqual(['last_hidden_state', COMPLETED_OUTPUT]);
    const encoder = new Encoder(tokenizer, await openNodeRuntime(join(folder, 'whole.onnx')));
    const found = await encoder.encodeQueryAsIs('close the server');
    await encoder.close();
    return found;
  }
});

it('reads what a graph takes and gives', () => {
  const bytes = tinyGraph({ width: 48, integers: 'int32', tokenTypes: true, opset: 14 });
  const summary = readGraphSummary((at, length) => bytes.subarray(at, at + length), bytes.length);
  expect(summary).toEqual({
    opset: 14,
    inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => ({
      name,
      elementType: 6,
      shape: [0, 0],
    })),
    outputs: [{ name: 'output', elementType: 1, shape: [0, 0, 48] }],
    externalData: false,
  });
});

it('reads damaged bytes to an end: a summary or a RangeError, never anything else', () => {
  const whole = tinyGraph();
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
      const bytes = whole.slice(0, length);
      if (at < length) bytes[at] = value;
      try {
        readGraphSummary((from, count) => bytes.subarray(from, from + count), bytes.length);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
});

it('reads half-precision tensors, and refuses files that lie about themselves', async () => {
  const path = join(folder, 'x.safetensors');
  // 1, -2, 2^-24, -0.333251953125 in float16; 1, -2, 0.333984375 in bfloat16.
  await writeFile(
    path,
    safetensors({
      half: [[4], Uint16Array.of(0x3c00, 0xc000, 0x0001, 0xb555), 'F16'],
      brain: [[3], Uint16Array.of(0x3f80, 0xc000, 0x3eab), 'BF16'],
    }),
  );
  const read = await readTensors(path, ['half', 'brain', 'absent']);
  expect([...read.keys()]).toEqual(['half', 'brain']);
  expect([...read.get('half')!.data]).toEqual([1, -2, 2 ** -24, -0.333251953125]);
  expect([...read.get('brain')!.data]).toEqual([1, -2, 0.333984375]);
  const whole = safetensors({ weight: [[2, 2], Float32Array.of(1, 2, 3, 4)] });
  for (const bytes of [
    whole.slice(0, 4),
    whole.slice(0, 20),
    whole.slice(0, whole.length - 4),
    Buffer.alloc(64, 0xff),
  ]) {
    await writeFile(path, bytes);
    await expect(readTensors(path, ['weight'])).rejects.toMatchObject({ code: 'bad-model' });
  }
});

it('refuses Dense weights of another shape than their config says, and missing ones', async () => {
  await writeFiles(folder, denseFiles([{ inputDim: 16, outputDim: 8 }]));
  const [config] = await denseConfigs(folder);
  const wrong: DenseConfig[] = [{ ...config, outputDim: 12 }];
  await expect(readDenseLayers(wrong)).rejects.toMatchObject({
    message: expect.stringContaining('[12, 16], got [8, 16]'),
  });
  await rm(config.file);
  await expect(readDenseLayers([config])).rejects.toMatchObject({ message: expect.stringContaining('safetensors') });
});
