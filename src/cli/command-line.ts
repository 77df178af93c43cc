// The commands of the command line with their options, from which docs/reference/cli.md is made.

import { Command, Help, Option } from 'commander';
import type { ModelOverrides } from '../encoder/model-config.ts';
import { MAX_RESULTS } from '../format/layout.ts';
import { DEFAULT_SHAPE } from '../model-files/model.ts';
import { defaultModelFolder, packageVersion } from '../node/package-files.ts';
import { evalCommand } from './commands/eval-command.ts';
import { fitCodecCommand } from './commands/fit-codec-command.ts';
import { fitTableCommand } from './commands/fit-table-command.ts';
import { indexCommand } from './commands/index-command.ts';
import { inspectCommand } from './commands/inspect-command.ts';
import { libraryCommand } from './commands/library-command.ts';
import { searchCommand } from './commands/search-command.ts';
import { serveCommand } from './commands/serve-command.ts';
import type { CliIo } from './io.ts';
import { basePath, collectFilter, languageTag, oneOf, onOrOff, relativeFolder, wholeNumber } from './option-values.ts';

type AddCommand = (name: string, description: string) => Command;

export function commandLine(io: CliIo): Command {
  const program = new Command('latelight')
    .description('Search a folder of documents by meaning, in the browser, with no server.')
    .version(packageVersion)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(latelight --help shows the commands)')
    // Its own shows the commands for an unknown one, without a word.
    .helpCommand(false);
  const add: AddCommand = (name, description) =>
    program
      .command(name)
      .description(description)
      .exitOverride()
      .configureOutput({ writeOut: io.out, writeErr: io.err })
      .configureHelp({ optionDescription })
      .showHelpAfterError(`(latelight ${name} --help shows its options)`);
  addIndex(add, io);
  addLibrary(add, io);
  addSearch(add, io);
  addInspect(add, io);
  addEval(add, io);
  addServe(add, io);
  addFitCodec(add, io);
  addFitTable(add, io);
  addHelp(add, program);
  return program;
}

function addIndex(add: AddCommand, io: CliIo): void {
  withOverrides(
    add(
      'index',
      'make an index of the HTML and Markdown in a folder; with --include also of PDF, DOCX, EPUB, text and code',
    ),
  )
    .argument('<folder>', 'the built site, or any folder of documents')
    // Lists take all that follows them, the folder too.
    .usage('<folder> [options]')
    .option('-o, --output <folder>', 'where the index goes (default: <folder>/latelight)')
    .addOption(modelOption())
    .addOption(dimOption())
    .addOption(subspaceOption())
    .addOption(
      new Option(
        '--site-root <path>',
        "where hits' addresses lead, relative to the index (default: found from the folders)",
      ).argParser(relativeFolder),
    )
    .option('--clean-urls', 'link to pages without .html', false)
    .option('--by-lang', 'one index for each language of the pages, in the same folder', false)
    .addOption(languageOption('of pages that name none; with --by-lang the default (default: that of most pages)'))
    .option(
      '--include <glob...>',
      "files to read besides HTML and Markdown, in quotes: '**/*.pdf' 'src/**/*.ts'; takes all that follows",
      [],
    )
    .option('--exclude <glob...>', "files to leave out, in quotes: 'drafts/**'; takes all that follows", [])
    .option('--title <text>', 'title of the search page')
    .option(
      '--example <question...>',
      'questions offered on the search page, the first six of them; takes all that follows',
      [],
    )
    .option('--no-webgpu', 'leave out the files that only WebGPU needs (about 51 MB)')
    .option(
      '--cache <file>',
      "where encoded passages are kept for the next run (default: node_modules/.cache/latelight of the project, or the user's folder for caches)",
    )
    .option('--no-cache', 'encode every passage again')
    .addOption(jsonOption())
    .action((folder, options) => indexCommand(folder, withShape(options), io));
}

function addLibrary(add: AddCommand, io: CliIo): void {
  withOverrides(
    add('library', 'make the offline library: a page that reads, indexes and searches documents on the device'),
  )
    .argument('<output>', 'where its folder goes')
    .addOption(modelOption())
    .addOption(dimOption())
    .addOption(subspaceOption())
    .option('--no-webgpu', 'leave out the files that only WebGPU needs (about 76 MB)')
    .addOption(jsonOption())
    .action((output, options) => libraryCommand(output, withShape(options), io));
}

function addSearch(add: AddCommand, io: CliIo): void {
  add('search', 'search an index from the terminal')
    .argument('<index>', 'a folder made by `latelight index`')
    .argument('<query>', 'the question')
    .addOption(new Option('-n, --limit <n>', 'hits shown').argParser(wholeNumber(1, MAX_RESULTS)).default(5))
    .option('-f, --filter <name=value>', 'only passages with this value; again for others', collectFilter, {})
    .addOption(languageOption('whose index, where there is one for each language'))
    .addOption(noTypoToleranceOption())
    .addOption(jsonOption())
    .action((folder, query, options) => searchCommand(folder, query, { ...options, color: io.interactive }, io));
}

function addInspect(add: AddCommand, io: CliIo): void {
  add('inspect', 'check an index and list what it weighs')
    .argument('<index>', 'a folder made by `latelight index`')
    .addOption(languageOption('whose index is listed, where there is one for each language; all are checked'))
    .addOption(jsonOption())
    .action((folder, options) => inspectCommand(folder, options, io));
}

function addEval(add: AddCommand, io: CliIo): void {
  withOverrides(add('eval', 'measure retrieval quality on a BEIR folder'))
    .argument('<folder>', 'corpus.jsonl, queries.jsonl, qrels/<split>.tsv')
    .addOption(modelOption())
    .addOption(dimOption())
    .addOption(subspaceOption())
    .option('--split <name>', 'judgements to use', 'test')
    .addOption(
      new Option('--stage <name>', "instant: query rows from the model's table instead of the encoder")
        .choices(['instant', 'full'])
        .default('full'),
    )
    .addOption(noTypoToleranceOption())
    .addOption(jsonOption())
    .action((folder, options) => evalCommand(folder, withShape(options), io));
}

function addServe(add: AddCommand, io: CliIo): void {
  add('serve', 'serve an index on this machine')
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
}

function addFitCodec(add: AddCommand, io: CliIo): void {
  withOverrides(add('fit-codec', "fit a codec's rotation and codebooks for a model, on general text"))
    .argument('[files...]', 'text: .jsonl (field passage or text), .txt or .md, also gzipped')
    .option('--text <files...>', 'more of the same; takes all that follows')
    .addOption(fittedModelOption())
    .addOption(dimOption())
    .addOption(subspaceOption())
    .addOption(new Option('--passages <n>', 'passages sampled').argParser(wholeNumber(100, 1_000_000)).default(12_000))
    .option('--start <file>', 'rotation and codewords that were trained (.safetensors) to begin with')
    .option('--eval <folder>', 'report what coding and pooling lose on a BEIR folder')
    .option('--split <name>', 'judgements to use', 'test')
    .addOption(
      new Option('--queries <n>', 'with --eval: queries sampled (default: all)').argParser(wholeNumber(1, 1_000_000)),
    )
    .addOption(jsonOption())
    .action((files, options) => fitCodecCommand([...files, ...(options.text ?? [])], withShape(options), io));
}

function addFitTable(add: AddCommand, io: CliIo): void {
  withOverrides(add('fit-table', 'fit the table that answers searches before the encoder has arrived, on queries'))
    .argument('[files...]', 'queries: .jsonl (field query or text) or a query a line; .gz of either')
    .addOption(fittedModelOption())
    .addOption(dimOption())
    .addOption(subspaceOption())
    .addOption(new Option('--queries <n>', 'queries sampled').argParser(wholeNumber(100, 10_000_000)).default(40_000))
    .addOption(new Option('--rows <file>', 'rows and weights that were trained (.safetensors) instead of queries'))
    .action((files, options) => fitTableCommand(files, withShape(options), io));
}

function addHelp(add: AddCommand, program: Command): void {
  add('help', 'show the options of a command')
    .argument('[command]')
    .action(async (name?: string) => {
      const named = program.commands.find((one) => one.name() === name);
      // What it says of a command that it does not know.
      if (name !== undefined && !named) await program.parseAsync([name], { from: 'user' });
      else (named ?? program).outputHelp();
    });
}

const jsonOption = () => new Option('--json', 'machine-readable output').default(false);

const noTypoToleranceOption = () =>
  new Option('--no-typo-tolerance', 'search for words as they are spelt, also for those that no passage has');

const MODEL_FLAGS = '-m, --model <model>';
const MODEL_VALUE = 'a PyLate model with ONNX files: a folder, or owner/name[@revision] on the Hub';

const modelOption = () => new Option(MODEL_FLAGS, MODEL_VALUE).default(defaultModelFolder, 'the model in the package');

/** Of a command that writes into the model's folder: without a word it would be the package's own, which every site of the machine may share. */
const fittedModelOption = () =>
  new Option(MODEL_FLAGS, `must be given, what is made goes into its folder: ${MODEL_VALUE}`).makeOptionMandatory();

const dimOption = () =>
  new Option('--dim <n>', `dimensions kept (default: the model's, at most ${DEFAULT_SHAPE.dim})`).argParser(
    wholeNumber(8, 256),
  );

const subspaceOption = () =>
  new Option('--subspace <n>', 'dimensions a code stands for: 2 is finer, 4 is half the bytes')
    .argParser(oneOf(2, 4))
    .default(DEFAULT_SHAPE.subspaceDim);

const languageOption = (meaning: string) => new Option('--language <tag>', meaning).argParser(languageTag);

/** What a model's files may leave unsaid. */
function withOverrides(command: Command): Command {
  return command
    .option('--query-prompt <text>', "text before every query, where the model's files do not say it")
    .option('--document-prompt <text>', 'text before every passage, likewise')
    .addOption(new Option('--query-expansion <on|off>', 'pad queries with mask tokens, likewise').argParser(onOrOff));
}

/** Options of a command that has a model, as its function takes them. */
function withShape<T extends { dim?: number; subspace: 2 | 4 } & ModelOverrides>(options: T) {
  const { dim, subspace, queryPrompt, documentPrompt, queryExpansion } = options;
  const overrides = { queryPrompt, documentPrompt, queryExpansion };
  return { ...options, shape: { dim, subspaceDim: subspace }, overrides };
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
