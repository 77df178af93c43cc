// The bin's entry: real streams, Ctrl-C as an AbortSignal.

import { run } from './run.ts';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  // A second Ctrl-C does not wait.
  if (interrupt.signal.aborted) process.exit(130);
  interrupt.abort();
});
process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interactive: Boolean(process.stderr.isTTY),
  signal: interrupt.signal,
});
