// docs/reference/cli.md from the command line itself: every command with its arguments and options, and what --json prints. `--check` as in
// generate-options.js.

import { join } from 'node:path';
import { runnerImport } from 'vite';
import { cell, code, interfaceTable, table, writeReference } from './docs-tables.js';
import { root } from './install.js';

const { module } = await runnerImport(join(root, 'src/cli/command-line.ts'), {
  root,
  configFile: false,
  logLevel: 'error',
});
const nobody = { out() {}, err() {}, interactive: false, signal: new AbortController().signal };
const program = module.commandLine(nobody);

/** Command -> interfaces of what it prints with --json, under their headings. */
const JSON_SHAPES = {
  index: [['', 'src/cli/commands/index-command.ts', 'IndexSummary']],
  library: [['', 'src/cli/commands/library-command.ts', 'LibrarySummary']],
  search: [
    ['', 'src/types.ts', 'SearchResult'],
    ['Each of `hits`:', 'src/types.ts', 'Hit'],
    ['Each of `marks`:', 'src/types.ts', 'Mark'],
    ['Each of `words`:', 'src/types.ts', 'QueryWord'],
    ['Each of `exact`:', 'src/types.ts', 'ExactTerm'],
    ['`queryCodes`, whose `codes` are numbers by position (`{"0": 3, ...}`):', 'src/types.ts', 'QueryCodes'],
    ['`timings`:', 'src/types.ts', 'SearchTimings'],
  ],
  inspect: [
    ['', 'src/cli/commands/inspect-command.ts', 'InspectReport'],
    ['Each of `languages`:', 'src/cli/commands/inspect-command.ts', 'LanguageReport'],
  ],
  eval: [['', 'src/cli/commands/eval-command.ts', 'EvalReport']],
  'fit-codec': [
    ['', 'src/cli/commands/fit-codec-command.ts', 'FitCodecReport'],
    ['`loss`:', 'src/cli/measure-loss.ts', 'Loss'],
  ],
};

function section(command) {
  const parts = [`## \`latelight ${command.name()}\``, sentence(command.description())];
  parts.push(`\`\`\`sh\nlatelight ${command.name()} ${command.usage()}\n\`\`\``);
  const args = command.registeredArguments;
  if (args.length > 0) parts.push(table(['argument', 'what'], args.map(argumentRow)));
  if (command.options.length > 0) parts.push(table(['option', 'without', 'what'], command.options.map(optionRow)));
  const shapes = JSON_SHAPES[command.name()] ?? [];
  const hasJson = command.options.some(({ long }) => long === '--json');
  if (hasJson !== shapes.length > 0)
    throw new Error(`generate-cli: expected the shape of ${command.name()} --json in JSON_SHAPES if it has one`);
  if (hasJson) parts.push(`With \`--json\` one line of JSON:`);
  for (const [heading, path, name] of shapes) parts.push(...(heading ? [heading] : []), interfaceTable(path, name));
  return parts.join('\n\n');
}

/** Globs are no emphasis. */
const words = (text) => cell(text).replaceAll('*', '\\*');
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function argumentRow(argument) {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return [code(argument.required ? `<${name}>` : `[${name}]`), words(argument.description)];
}

function optionRow({ flags, description, defaultValue, defaultValueDescription, argChoices, negate }) {
  const isNothing =
    negate || [false, undefined].includes(defaultValue) || Object.keys(Object(defaultValue)).length === 0;
  const value =
    defaultValueDescription ?? (isNothing && typeof defaultValue !== 'number' ? '' : code(String(defaultValue)));
  const choices = argChoices ? ` (${argChoices.map((choice) => code(choice)).join(' or ')})` : '';
  return [code(flags), value, `${words(description)}${choices}`];
}

writeReference(
  'cli.md',
  `<!-- Made by scripts/generate-cli.js from the command line. -->

# Command line

\`npx latelight <command>\`; \`latelight help <command>\` says what is below, of the installed version. Results go to the output, progress, warnings and errors to the error stream.

| exit code | when |
| --- | --- |
| 0 | done |
| 1 | failed: \`error [code] message\`, with one of [the codes](../FORMAT.md#errors) |
| 2 | asked wrongly: an unknown command or option, a value that cannot be, a folder that is not there (\`error [bad-option]\`) |
| 130, 143, 129 | interrupted (Ctrl-C), terminated, hung up; nothing was left half-written. \`serve\`, which has no other end, ends with 0 |

| environment | what |
| --- | --- |
| \`LATELIGHT_CACHE\` | folder of downloaded models, and of encoded passages that belong to no project; without it \`latelight\` in the system's folder for caches |
| \`HF_ENDPOINT\`, \`HF_TOKEN\`, \`HF_HUB_OFFLINE\` | as other tools of the Hugging Face Hub have them |

${program.commands
  .filter((command) => command.name() !== 'help')
  .map(section)
  .join('\n\n')}
`,
);
