// docs/reference/cli.md is what the command line says of itself.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packageRoot } from './package-files.ts';
import { commandLine } from './run.ts';

it('the reference follows the command line and its reports', async () => {
  const args = [join(packageRoot, 'scripts/generate-cli.js'), '--check'];
  await expect(promisify(execFile)(process.execPath, args)).resolves.toMatchObject({ stderr: '' });
});

it('the reference has every command and every option', async () => {
  const page = await readFile(join(packageRoot, 'docs/reference/cli.md'), 'utf8');
  const io = { out: () => {}, err: () => {}, interactive: false, signal: new AbortController().signal };
  for (const command of commandLine(io).commands.filter((one) => one.name() !== 'help')) {
    const [, section] = page.split(`\n## \`latelight ${command.name()}\`\n`);
    expect(section, command.name()).toBeDefined();
    for (const { long } of command.options) expect(section.split('\n## ')[0]).toContain(`${long}`);
  }
});
