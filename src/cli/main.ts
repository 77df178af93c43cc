// The bin's entry: real streams, signals as an AbortSignal.

import { catchSignals } from './interrupt.ts';
import { run } from './run.ts';

const interrupt = catchSignals(
  (name, listener) => process.on(name, listener),
  (code) => process.exit(code),
);
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has enough (`| head`) and a terminal that was closed take no more words. The run ends as it would have: what it writes
    // to the disk is whole, or cleared up.
    if (error.code !== 'EPIPE' && !interrupt.signal.aborted) throw error;
  });
}
const code = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interactive: Boolean(process.stderr.isTTY),
  signal: interrupt.signal,
});
process.exitCode = code === 130 ? interrupt.exitCode() : code;
