// MaxSim in float32 of one document against many queries at once: one matrix product, which onnxruntime does far faster than a loop.

import type * as Ort from 'onnxruntime-node';
import { FLOAT32, GraphWriter } from '../encoder/onnx-writer.ts';
import { loadOnnxRuntime } from '../encoder/onnxruntime-node.ts';
import type { QueryRows } from '../model-files/encode-setup.ts';

/** ReduceMax takes its axes as an input from here on. */
const OPSET = 18;

export class FloatMaxSim {
  private readonly ort: typeof Ort;
  private readonly session: Ort.InferenceSession;
  private readonly queries: Ort.Tensor;
  private readonly tokenCounts: number[];
  private readonly dim: number;

  private constructor(ort: typeof Ort, session: Ort.InferenceSession, { rows, tokenCounts }: QueryRows, dim: number) {
    this.ort = ort;
    this.session = session;
    this.tokenCounts = tokenCounts;
    this.dim = dim;
    const tokens = rows.length / dim;
    const columns = new Float32Array(rows.length); // [dim, tokens]
    for (let t = 0; t < tokens; t++) for (let d = 0; d < dim; d++) columns[d * tokens + t] = rows[t * dim + d];
    this.queries = new ort.Tensor('float32', columns, [dim, tokens]);
  }

  static async open(queries: QueryRows, dim: number): Promise<FloatMaxSim> {
    const graph = new GraphWriter('maxsim');
    graph.input('document', FLOAT32, ['rows', dim]);
    graph.input('queries', FLOAT32, [dim, 'tokens']);
    graph.node('ReduceMax', [graph.node('MatMul', ['document', 'queries']), graph.integers([0])], 'best');
    graph.output('best', FLOAT32, [1, 'tokens']);
    const ort = await loadOnnxRuntime();
    const session = await ort.InferenceSession.create(graph.bytes(OPSET), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    return new FloatMaxSim(ort, session, queries, dim);
  }

  /** @param rows [rowCount, dim] of one document @returns a score a query: sum over its tokens of the best dot product */
  async scores(rows: Float32Array): Promise<Float32Array> {
    const document = new this.ort.Tensor('float32', rows, [rows.length / this.dim, this.dim]);
    const { best } = await this.session.run({ document, queries: this.queries });
    const maxima = best.data as Float32Array;
    let at = 0;
    return Float32Array.from(this.tokenCounts, (count) => {
      let sum = 0;
      for (const end = at + count; at < end; at++) sum += maxima[at];
      return sum;
    });
  }
}
