// Progress of long work: a bar with rate and time left on a terminal, a plain line every tenth otherwise.

import { Presets, SingleBar } from 'cli-progress';
import type { CliIo } from './io.ts';

export interface Progress {
  update(done: number): void;
  stop(): void;
}

export function startProgress(io: CliIo, what: string, total: number, unit: string): Progress {
  if (total === 0) return { update: () => undefined, stop: () => undefined };
  return io.interactive ? bar(what, total, unit) : lines(io, what, total, unit);
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
    update: (done) => single.update(done, { rate: rate(done, started) }),
    stop: () => single.stop(),
  };
}

function lines(io: CliIo, what: string, total: number, unit: string): Progress {
  const started = performance.now();
  let tenth = 0;
  return {
    update: (done) => {
      const reached = Math.floor((done / total) * 10);
      if (reached <= tenth) return;
      tenth = reached;
      const left = ((performance.now() - started) / done) * (total - done);
      const time = done < total ? `, ${Math.ceil(left / 1000)} s left` : '';
      io.err(`${what}: ${done}/${total} ${unit}, ${rate(done, started)}/s${time}\n`);
    },
    stop: () => undefined,
  };
}

function rate(done: number, started: number): string {
  const perSecond = done / ((performance.now() - started) / 1000);
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}
