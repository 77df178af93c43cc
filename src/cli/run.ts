// The command line: parses, dispatches, turns errors into exit codes. `run` touches the world only through `io`.

import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
import type { ModelOverrides } from '../encoder/model-config.ts';
import { LatelightError } from '../errors.ts';
import { MAX_RESULTS } from '../format/layout.ts';
import { canonicalLanguage } from '../node/languages.ts';
import { evalCommand } from './commands/eval-command.ts';
import { fitCodecCommand } from './commands/fit-codec-command.ts';
import { fitTableCommand } from './commands/fit-table-command.ts';
import { indexCommand } from './commands/index-command.ts';
import { inspectCommand } from './commands/inspect-command.ts';
import { libraryCommand } from './commands/library-command.ts';
import { searchCommand } from './commands/search-command.ts';
import { serveCommand } from './commands/serve-command.ts';
import { fileError } from './file-error.ts';
import type { CliIo } from './io.ts';
import { DEFAULT_SHAPE } from './model.ts';
import { defaultModelFolder, packageVersion } from './package-files.ts';
import { decodedPath } from './static-files.ts';

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

/** All commands with their options; docs/reference/cli.md is made from it. */
export function commandLine(io: CliIo): Command {
  const program = new Command('latelight')
    .description('Search a folder of documents by meaning, in the browser, with no server.')
    .version(packageVersion)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(latelight --help shows the commands)')
    // Its own shows the commands for an unknown one, without a word.
    .helpCommand(false);
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .exitOverride()
      .configureOutput({ writeOut: io.out, writeErr: io.err })
      .configureHelp({ optionDescription })
      .showHelpAfterError(`(latelight ${name} --help shows its options)`);
  const json = () => new Option('--json', 'machine-readable output').default(false);
  const model = () =>
    new Option(
      '-m, --model <model>',
      'a PyLate model with ONNX files: a folder, or owner/name[@revision] on the Hub',
    ).default(defaultModelFolder, 'the model in the package');
  const dim = () =>
    new Option('--dim <n>', `dimensions kept (default: the model's, at most ${DEFAULT_SHAPE.dim})`).argParser(
      wholeNumber(8, 256),
    );
  const subspace = () =>
    new Option('--subspace <n>', 'dimensions a code stands for: 2 is finer, 4 is half the bytes')
      .argParser(oneOf(2, 4))
      .default(DEFAULT_SHAPE.subspaceDim);
  const language = (meaning: string) => new Option('--language <tag>', meaning).argParser(languageTag);
  const shapeOf = (options: { dim?: number; subspace: 2 | 4 }) => ({ dim: options.dim, subspaceDim: options.subspace });
  const said = (of: Command) =>
    of
      .option('--query-prompt <text>', "text before every query, where the model's files do not say it")
      .option('--document-prompt <text>', 'text before every passage, likewise')
      .addOption(
        new Option('--query-expansion <on|off>', 'pad queries with mask tokens, likewise').argParser((text) => {
          if (text === 'on' || text === 'off') return text === 'on';
          throw new InvalidArgumentError('Expected on or off.');
        }),
      );
  const overridesOf = ({ queryPrompt, documentPrompt, queryExpansion }: ModelOverrides) => ({
    queryPrompt,
    documentPrompt,
    queryExpansion,
  });

  said(
    command(
      'index',
      'make an index of the HTML and Markdown in a folder; with --include also of PDF, DOCX, EPUB, text and code',
    ),
  )
    .argument('<folder>', 'the built site, or any folder of documents')
    // Lists take all that follows them, the folder too.
    .usage('<folder> [options]')
    .option('-o, --output <folder>', 'where the index goes (default: <folder>/latelight)')
    .addOption(model())
    .addOption(dim())
    .addOption(subspace())
    .option('--site-root <path>', "where hits' addresses lead, relative to the index (default: found from the folders)")
    .option('--clean-urls', 'link to pages without .html', false)
    .option('--by-lang', 'one index for each language of the pages, in the same folder', false)
    .addOption(language('of pages that name none; with --by-lang the default (default: that of most pages)'))
    .option(
      '--include <glob...>',
      "files to read besides HTML and Markdown, in quotes: '**/*.pdf' 'src/**/*.ts'; takes all that follows",
      [],
    )
    .option('--exclude <glob...>', "files to leave out, in quotes: 'drafts/**'; takes all that follows", [])
    .option('--title <text>', 'title of the search page')
    .option('--example <question...>', 'questions offered on the search page; takes all that follows', [])
    .option('--no-webgpu', 'leave out the files that only WebGPU needs (about 51 MB)')
    .option(
      '--cache <file>',
      "where encoded passages are kept for the next run (default: node_modules/.cache/latelight of the project, or the user's folder for caches)",
    )
    .option('--no-cache', 'encode every passage again')
    .addOption(json())
    .action((folder, options) =>
      indexCommand(folder, { ...options, shape: shapeOf(options), overrides: overridesOf(options) }, io),
    );

  said(command('library', 'make the offline library: a page that reads, indexes and searches documents on the device'))
    .argument('<output>', 'where its folder goes')
    .addOption(model())
    .addOption(dim())
    .addOption(subspace())
    .option('--no-webgpu', 'leave out the files that only WebGPU needs (about 76 MB)')
    .addOption(json())
    .action((output, options) =>
      libraryCommand(output, { ...options, shape: shapeOf(options), overrides: overridesOf(options) }, io),
    );

  command('search', 'search an index from the terminal')
    .argument('<index>', 'a folder made by `latelight index`')
    .argument('<query>', 'the question')
    .addOption(new Option('-n, --limit <n>', 'hits shown').argParser(wholeNumber(1, MAX_RESULTS)).default(5))
    .option('-f, --filter <name=value>', 'only passages with this value; again for others', collectFilter, {})
    .addOption(language('whose index, where there is one for each language'))
    .addOption(json())
    .action((folder, query, options) => searchCommand(folder, query, { ...options, color: io.interactive }, io));

  command('inspect', 'check an index and list what it weighs')
    .argument('<index>', 'a folder made by `latelight index`')
    .addOption(language('whose index is listed, where there is one for each language; all are checked'))
    .addOption(json())
    .action((folder, options) => inspectCommand(folder, options, io));

  said(command('eval', 'measure retrieval quality on a BEIR folder'))
    .argument('<folder>', 'corpus.jsonl, queries.jsonl, qrels/<split>.tsv')
    .addOption(model())
    .addOption(dim())
    .addOption(subspace())
    .option('--split <name>', 'judgements to use', 'test')
    .addOption(
      new Option('--stage <name>', "instant: query rows from the model's table instead of the encoder")
        .choices(['instant', 'full'])
        .default('full'),
    )
    .addOption(json())
    .action((folder, options) =>
      evalCommand(folder, { ...options, shape: shapeOf(options), overrides: overridesOf(options) }, io),
    );

  command('serve', 'serve an index on this machine')
    .argument('<folder>', 'a folder made by `latelight index`')
    .addOption(new Option('-p, --port <n>', '0 takes a free one').argParser(wholeNumber(0, 65535)).default(4173))
    .option('--host <name>', 'address to listen on', 'localhost')
    .option(
      '--site <folder>',
      'folder of the pages that hits lead to (default: as the index says, at most two above it)',
    )
    .addOption(
      new Option('--base <path>', 'where the site was built to be: /repo/ (default: the root)').argParser(basePath),
    )
    .action((folder, options) => serveCommand(folder, options, io));

  said(command('fit-codec', "fit a codec's rotation and codebooks for a model, on general text"))
    .argument('[files...]', 'text: .jsonl (field passage or text), .txt or .md, also gzipped')
    .option('--text <files...>', 'more of the same; takes all that follows')
    .addOption(model())
    .addOption(dim())
    .addOption(subspace())
    .addOption(new Option('--passages <n>', 'passages sampled').argParser(wholeNumber(100, 1_000_000)).default(12_000))
    .option('--start <file>', 'rotation and codewords that were trained (.safetensors) to begin with')
    .option('--eval <folder>', 'report what coding and pooling lose on a BEIR folder')
    .option('--split <name>', 'judgements to use', 'test')
    .addOption(
      new Option('--queries <n>', 'with --eval: queries sampled (default: all)').argParser(wholeNumber(1, 1_000_000)),
    )
    .addOption(json())
    .action((files, options) =>
      fitCodecCommand(
        [...files, ...(options.text ?? [])],
        { ...options, shape: shapeOf(options), overrides: overridesOf(options) },
        io,
      ),
    );

  said(command('fit-table', 'fit the table that answers searches before the encoder has arrived, on queries'))
    .argument('[files...]', 'queries: .jsonl (field query or text) or a query a line; .gz of either')
    .addOption(model())
    .addOption(dim())
    .addOption(subspace())
    .addOption(new Option('--queries <n>', 'queries sampled').argParser(wholeNumber(100, 10_000_000)).default(40_000))
    .addOption(new Option('--rows <file>', 'rows and weights that were trained (.safetensors) instead of queries'))
    .action((files, options) =>
      fitTableCommand(files, { ...options, shape: shapeOf(options), overrides: overridesOf(options) }, io),
    );

  command('help', 'show the options of a command')
    .argument('[command]')
    .action(async (name?: string) => {
      const named = program.commands.find((one) => one.name() === name);
      // What it says of a command that it does not know.
      if (name !== undefined && !named) await program.parseAsync([name], { from: 'user' });
      else (named ?? program).outputHelp();
    });

  return program;
}

/** A default of nothing is no news. */
function optionDescription(option: Option): string {
  const isNothing = option.defaultValue === false || isEmpty(option.defaultValue);
  return new Help().optionDescription(
    isNothing ? (Object.create(option, { defaultValue: { value: undefined } }) as Option) : option,
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** What may have taken the argument that is missing; '' for nothing. */
function takenLine(program: Command, argv: string[]): string {
  const lists =
    program.commands.find((one) => one.name() === argv[0])?.options.filter(({ variadic }) => variadic) ?? [];
  const given = lists.flatMap(({ long }) => (long && argv.includes(long) ? [long] : []));
  if (given.length === 0) return '';
  return `${given.join(' and ')} ${given.length === 1 ? 'takes' : 'take'} all that follows: put <folder> first.\n`;
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

function oneOf(...values: number[]): (text: string) => number {
  return (text) => {
    if (values.includes(Number(text))) return Number(text);
    throw new InvalidArgumentError(`Expected ${values.join(' or ')}.`);
  };
}

/** `repo`, `/repo` and `/repo/` are `/repo/`; escapes are undone. */
function basePath(text: string): string {
  const segments = text.split('/').filter((segment) => segment !== '');
  const isPath = !/[\\?#:]/.test(text) && segments.every((segment) => !/^\.\.?$/.test(segment));
  const path = isPath ? decodedPath(['', ...segments, ''].join('/')) : undefined;
  if (path !== undefined) return path;
  throw new InvalidArgumentError('Expected a path such as /repo/.');
}

function languageTag(text: string): string {
  const tag = canonicalLanguage(text);
  if (tag !== '') return tag;
  throw new InvalidArgumentError('Expected a language tag such as en or pt-BR.');
}

function collectFilter(text: string, filters: Record<string, string[]>): Record<string, string[]> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value.');
  const name = text.slice(0, at);
  const before = Object.hasOwn(filters, name) ? filters[name] : [];
  return { ...filters, [name]: [...before, text.slice(at + 1)] };
}
