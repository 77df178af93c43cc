// What a thread that encodes needs to start: plain data that crosses threads.

import type { ModelOverrides } from '../encoder/model-config.ts';
import type { CodecShape } from './codec-files.ts';

export interface EncodeSetup {
  modelFolder: string;
  /** What the user said of the model's config. */
  overrides?: ModelOverrides;
  weightsPath: string;
  /** Absent while a codec is still to be fitted. */
  codecPath?: string;
  /** The model's query table and the codec of its rows, where it has one: codes are chosen with it. */
  likely?: { tablePath: string; codecPath: string };
  shape: CodecShape;
  /** What `loss` tasks score against. */
  queries?: QueryRows;
}

/** Rows of several queries, one behind the other. */
export interface QueryRows {
  /** [sum of tokenCounts, dim] */
  rows: Float32Array;
  tokenCounts: number[];
}
