// The command line in-process: what it prints and how it ends.

import { run } from './run.ts';

export async function latelight(...args: string[]) {
  return latelightUntil(new AbortController().signal, ...args);
}

export async function latelightUntil(signal: AbortSignal, ...args: string[]) {
  let out = '';
  let err = '';
  const code = await run(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
    signal,
  });
  return { code, out, err };
}
