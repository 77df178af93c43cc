// docs/reference/cli.md is what the command line says of itself.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../node/package-files.ts';
import { commandLine } from './command-line.ts';

it('the reference has every command and every option', async () => {
  const page = await readFile(join(packageRoot, 'docs/reference/cli.md'), 'utf8');
  const io = { out: () => {}, err: () => {}, interactive: false, signal: new AbortController().signal };
  for (const command of commandLine(io).commands.filter((one) => one.name() !== 'help')) {
    const [, section] = page.split(`\n## \`latelight ${command.name()}\`\n`);
    expect(section, command.name()).toBeDefined();
    for (const { long } of command.options) expect(section.split('\n## ')[0]).toContain(`${long}`);
  }
});
