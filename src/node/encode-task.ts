// What encoding workers are asked and answer: plain data that crosses threads.

import type { ScoreGoals } from '../codec/score-goals.ts';
import type { EncodedDocument } from '../encoder/encoder.ts';
import type { EncodedPassage, EncodedRows } from '../indexing/encode-passage.ts';

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
