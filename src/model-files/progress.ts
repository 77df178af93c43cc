// Progress of long work as lines, one every tenth: for whoever shows no bar.

export interface Progress {
  update(done: number): void;
  stop(): void;
}

export type StartProgress = (what: string, total: number, unit: string) => Progress;

/** @param total at least 1 */
export function progressLines(onLine: (line: string) => void, what: string, total: number, unit: string): Progress {
  const started = performance.now();
  let tenth = 0;
  return {
    update: (done) => {
      const reached = Math.floor((done / total) * 10);
      if (reached <= tenth) return;
      tenth = reached;
      const left = ((performance.now() - started) / done) * (total - done);
      const time = done < total ? `, ${Math.ceil(left / 1000)} s left` : '';
      onLine(`${what}: ${done}/${total} ${unit}, ${perSecond(done, started)}/s${time}`);
    },
    stop: () => undefined,
  };
}

/** @param started as `performance.now()` said */
export function perSecond(done: number, started: number): string {
  const rate = done / ((performance.now() - started) / 1000);
  return rate >= 10 ? rate.toFixed(0) : rate.toFixed(1);
}
