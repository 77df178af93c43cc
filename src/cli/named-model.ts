// `--model` of a command -> a folder; what its download says goes to the terminal.

import { resolveModel } from '../model-files/hub.ts';
import type { CliIo } from './io.ts';
import { startProgress } from './progress.ts';

/** @throws LatelightError as `resolveModel` */
export function namedModel(spec: string, io: CliIo): Promise<string> {
  return resolveModel(spec, {
    onMessage: (line) => io.err(`${line}\n`),
    startProgress: (what, total, unit) => startProgress(io, what, total, unit),
    signal: io.signal,
  });
}
