// The command line run: parses, dispatches, turns errors into exit codes. `run` touches the world only through `io`.

import { type Command, CommanderError } from 'commander';
import { LatelightError } from '../errors.ts';
import { fileError } from '../node/file-error.ts';
import { commandLine } from './command-line.ts';
import type { CliIo } from './io.ts';

/** 0 done; 1 failed; 2 the command line was wrong; 130 interrupted, which the bin tells apart by signal: 129, 130, 143. */
export type ExitCode = 0 | 1 | 2 | 130;

export async function run(argv: string[], io: CliIo): Promise<ExitCode> {
  const program = commandLine(io);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'commander.missingArgument') io.err(takenLine(program, argv));
      return error.exitCode === 0 ? 0 : 2;
    }
    if (io.signal.aborted) {
      io.err('\nInterrupted. Nothing was left half-written.\n');
      return 130;
    }
    const known = error instanceof LatelightError ? error : fileError(error, argv[0]);
    if (known) {
      io.err(`error [${known.code}] ${known.message}\n`);
      return known.code === 'bad-option' ? 2 : 1;
    }
    io.err(`unexpected ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  }
}

/** What may have taken the argument that is missing; '' for nothing. */
function takenLine(program: Command, argv: string[]): string {
  const lists =
    program.commands.find((one) => one.name() === argv[0])?.options.filter(({ variadic }) => variadic) ?? [];
  const given = lists.flatMap(({ long }) => (long && argv.includes(long) ? [long] : []));
  if (given.length === 0) return '';
  return `${given.join(' and ')} ${given.length === 1 ? 'takes' : 'take'} all that follows: put <folder> first.\n`;
}
