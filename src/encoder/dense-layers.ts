// The Dense layers that a model folder says come after its backbone: PyLate's modules.json with 1_Dense, 2_Dense, ..., or the one
// `linear.weight` of an original ColBERT checkpoint. Node only.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LatelightError } from '../errors.ts';
import { readJson } from './json-file.ts';
import { ACTIVATIONS, type Activation, type DenseLayer } from './onnx-graph.ts';
import { readTensors, type StoredTensor } from './safetensors.ts';

/** What a layer's config says, before its weights are read. */
export interface DenseConfig {
  /** Where the weights are, and what their names begin with. */
  file: string;
  inputDim: number;
  outputDim: number;
  activation: Activation;
  residual: boolean;
}

/** Layers in order; none where the folder says nothing of them. */
export async function denseConfigs(folder: string): Promise<DenseConfig[]> {
  if (existsSync(join(folder, 'modules.json'))) {
    const modules = (await readJson(folder, 'modules.json')) as unknown as { path: string; type: string }[];
    if (!Array.isArray(modules)) throw unreadable(join(folder, 'modules.json'), 'a list of modules');
    const configs: DenseConfig[] = [];
    for (const { path, type } of modules) {
      if (!/\.Dense$/.test(type)) continue;
      configs.push(parseDense(await readJson(join(folder, path), 'config.json'), join(folder, path)));
    }
    return configs;
  }
  const checkpoint = join(folder, 'model.safetensors');
  if (!(await isOriginalColbert(folder)) || !existsSync(checkpoint)) return [];
  const weight = (await readTensors(checkpoint, ['linear.weight'])).get('linear.weight');
  if (!weight) return [];
  const [outputDim, inputDim] = weight.shape;
  return [{ file: checkpoint, inputDim, outputDim, activation: 'Identity', residual: false }];
}

/** Whether a folder is a checkpoint of the original ColBERT library, and not one that PyLate saved. */
export async function isOriginalColbert(folder: string): Promise<boolean> {
  if (existsSync(join(folder, 'artifact.metadata'))) return true;
  if (!existsSync(join(folder, 'config.json'))) return false;
  const { architectures } = (await readJson(folder, 'config.json')) as { architectures?: unknown };
  return Array.isArray(architectures) && architectures[0] === 'HF_ColBERT';
}

/** @throws LatelightError `bad-model` when a layer's weights are missing or of another shape than its config says */
export async function readDenseLayers(configs: readonly DenseConfig[]): Promise<DenseLayer[]> {
  return Promise.all(
    configs.map(async ({ file, inputDim, outputDim, activation, residual }) => {
      if (!existsSync(file)) {
        throw new LatelightError(
          'bad-model',
          `model: expected the Dense layer's weights at ${file}, found none. A .bin file must be saved again as safetensors.`,
        );
      }
      const tensors = await readTensors(file, ['linear.weight', 'linear.bias', 'residual.weight']);
      const matrix = (name: string) => transposed(tensors.get(name), inputDim, outputDim, `${name} of ${file}`);
      // PyLate projects a residual only where the widths differ.
      const added = () => (inputDim === outputDim ? ('identity' as const) : matrix('residual.weight'));
      return {
        inputDim,
        outputDim,
        weight: matrix('linear.weight'),
        bias: tensors.get('linear.bias')?.data,
        activation,
        residual: residual ? added() : undefined,
      };
    }),
  );
}

function parseDense(config: Record<string, unknown>, folder: string): DenseConfig {
  const { in_features: inputDim, out_features: outputDim, activation_function: name } = config;
  if (!Number.isInteger(inputDim) || !Number.isInteger(outputDim)) {
    throw unreadable(join(folder, 'config.json'), 'whole numbers in_features and out_features');
  }
  // A Python class by its full name: torch.nn.modules.activation.GELU.
  const short = typeof name === 'string' ? name.split('.').at(-1) : 'Identity';
  const activation = ACTIVATIONS.find((known) => known === short);
  if (!activation) {
    throw new LatelightError(
      'bad-model',
      `model: expected an activation_function of ${ACTIVATIONS.join(', ')} in ${join(folder, 'config.json')}, got ${String(name)}.`,
    );
  }
  return {
    file: join(folder, 'model.safetensors'),
    inputDim: inputDim as number,
    outputDim: outputDim as number,
    activation,
    residual: config.use_residual === true,
  };
}

/** torch keeps [outputDim, inputDim]. */
function transposed(tensor: StoredTensor | undefined, inputDim: number, outputDim: number, what: string): Float32Array {
  if (tensor?.shape[0] !== outputDim || tensor.shape[1] !== inputDim || tensor.data.length !== inputDim * outputDim) {
    throw new LatelightError(
      'bad-model',
      `model: expected ${what} to be [${outputDim}, ${inputDim}], got [${tensor?.shape.join(', ') ?? 'nothing'}].`,
    );
  }
  const result = new Float32Array(inputDim * outputDim);
  for (let o = 0; o < outputDim; o++) {
    for (let i = 0; i < inputDim; i++) result[i * outputDim + o] = tensor.data[o * inputDim + i];
  }
  return result;
}

function unreadable(path: string, expected: string): LatelightError {
  return new LatelightError('bad-model', `model: expected ${expected} in ${path}.`);
}
