// What encoding workers are asked and answer: plain data that crosses threads.

import type { EncodedDocument } from '../encoder/encoder.ts';
import type { EncodedPassage, EncodedRows } from '../indexing/encode-passage.ts';
import type { CodecShape } from './model.ts';

/** What a worker needs to start. */
export interface EncodeSetup {
  modelFolder: string;
  weightsPath: string;
  /** Absent while a codec is still to be fitted. */
  codecPath?: string;
  shape: CodecShape;
}

export type EncodeTask =
  /** A passage of an index. */
  | { type: 'passage'; context: string; text: string }
  /** Codes alone. */
  | { type: 'text'; text: string }
  /** Unit rows as the model gives them, for measuring. */
  | { type: 'rows'; text: string }
  /** Unit rows and the groups they pool into, for fitting a codec. */
  | { type: 'groups'; text: string };

export interface GroupedRows {
  /** [tokenCount, dim] */
  rows: Float32Array;
  groups: number[][];
}

export interface EncodeAnswers {
  passage: EncodedPassage;
  text: EncodedRows;
  rows: EncodedDocument;
  groups: GroupedRows;
}
