// Signals that end a process -> an AbortSignal, so that a run can take away what it had half-written. What cannot be caught (SIGKILL) is
// cleared by the next run: src/indexing/write-folder.ts.

import { setMaxListeners } from 'node:events';

/** Exit codes as shells report a process that died of the signal. */
const EXIT_CODES: [NodeJS.Signals, number][] = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
];

export interface Interrupt {
  signal: AbortSignal;
  /** Undefined until a signal has come. */
  exitCode: () => number | undefined;
}

export function catchSignals(
  on: (name: NodeJS.Signals, listener: () => void) => void,
  exit: (code: number) => void,
): Interrupt {
  const controller = new AbortController();
  // A search of many hits waits for the text of each with a listener of its own; Node would warn of more than ten.
  setMaxListeners(0, controller.signal);
  let exitCode: number | undefined;
  for (const [name, code] of EXIT_CODES) {
    on(name, () => {
      // A second one does not wait.
      if (controller.signal.aborted) return exit(code);
      exitCode = code;
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
