// The bin's entry: real streams, signals as an AbortSignal.

import { catchSignals } from './interrupt.ts';
import { run } from './run.ts';

const interrupt = catchSignals(
  (name, listener) => process.on(name, listener),
  (code) => process.exit(code),
);
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    // A terminal that was closed takes no last words; they must not keep the run from clearing up.
    if (!interrupt.signal.aborted) throw error;
  });
}
const code = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interactive: Boolean(process.stderr.isTTY),
  signal: interrupt.signal,
});
process.exitCode = code === 130 ? interrupt.exitCode() : code;
