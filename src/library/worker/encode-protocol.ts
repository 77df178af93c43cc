// What an encoding worker is asked and answers.

import type { ErrorData } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import type { EncodedPassage } from '../../indexing/encode-passage.ts';
import type { OpenOptions } from '../../types.ts';

export type ToEncodeWorker =
  /** `url` of the app's folder; `engine` as the tab has it open: another one may be published there by now. */
  | { type: 'open'; url: string; engine: EngineFile; device: NonNullable<OpenOptions['device']> }
  | { type: 'encode'; id: number; context: string; text: string };

export type FromEncodeWorker =
  | { type: 'hello'; lock: string }
  | { type: 'opened'; provider: 'cpu' | 'wasm' | 'webgpu' }
  | { type: 'open-failed'; error: ErrorData }
  | { type: 'encoded'; id: number; encoded: EncodedPassage }
  | { type: 'encode-failed'; id: number; error: ErrorData };
