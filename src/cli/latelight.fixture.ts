// The command line in-process: what it prints and how it ends.

import { run } from './run.ts';

export async function latelight(...args: string[]) {
  return latelightUntil(new AbortController().signal, () => undefined, ...args);
}

/** @param onPrint called with all that was printed so far */
export async function latelightUntil(signal: AbortSignal, onPrint: (printed: string) => void, ...args: string[]) {
  let out = '';
  let err = '';
  const code = await run(args, {
    out: (text) => {
      out += text;
      onPrint(out + err);
    },
    err: (text) => {
      err += text;
      onPrint(out + err);
    },
    interactive: false,
    signal,
  });
  return { code, out, err };
}
