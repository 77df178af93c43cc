// Progress of long work on the command line: a bar with rate and time left on a terminal, a plain line every tenth otherwise.

import { Presets, SingleBar } from 'cli-progress';
import { type Progress, perSecond, progressLines } from '../model-files/progress.ts';
import type { CliIo } from './io.ts';

export function startProgress(io: CliIo, what: string, total: number, unit: string): Progress {
  if (total === 0) return { update: () => undefined, stop: () => undefined };
  return io.interactive ? bar(what, total, unit) : progressLines((line) => io.err(`${line}\n`), what, total, unit);
}

function bar(what: string, total: number, unit: string): Progress {
  const started = performance.now();
  const single = new SingleBar(
    {
      format: `${what} {bar} {percentage}% | {value}/{total} ${unit} | {rate}/s | {eta_formatted} left`,
      hideCursor: true,
      etaBuffer: 200,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  single.start(total, 0, { rate: '-' });
  return {
    update: (done) => single.update(done, { rate: perSecond(done, started) }),
    stop: () => single.stop(),
  };
}
