// What encoding workers are asked and answer: plain data that crosses threads.

import type { ScoreGoals } from '../codec/score-goals.ts';
import type { EncodedDocument } from '../encoder/encoder.ts';
import type { ModelOverrides } from '../encoder/model-config.ts';
import type { EncodedPassage, EncodedRows } from '../indexing/encode-passage.ts';
import type { CodecShape } from '../model-files/codec-files.ts';

/** What a worker needs to start. */
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

export type EncodeTask =
  /** A passage of an index. */
  | { type: 'passage'; context: string; text: string }
  /** Codes alone. */
  | { type: 'text'; text: string }
  /** Unit rows as the model gives them, for measuring. */
  | { type: 'rows'; text: string }
  /** What the codes of the text's pooled rows are to score, unrotated, for fitting a codec. */
  | { type: 'goals'; text: string }
  /** MaxSim in float32 against all queries, and the codes with and without pooling. */
  | { type: 'loss'; text: string };

export interface LossAnswer {
  /** A score a query. */
  scores: Float32Array;
  coded: EncodedRows;
  pooled: EncodedRows;
}

export interface EncodeAnswers {
  passage: EncodedPassage;
  text: EncodedRows;
  rows: EncodedDocument;
  goals: ScoreGoals;
  loss: LossAnswer;
}
