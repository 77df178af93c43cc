// The documentation as files, as a reader on a code host has it. As a site: e2e/docs.spec.ts.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../cli/package-files.ts';

const textOf = (path: string): Promise<string> => readFile(join(packageRoot, path), 'utf8');

it('shows code of the options page as it is, not escaped where Markdown decodes nothing', async () => {
  const lines = (await textOf('docs/reference/options.md')).split('\n');
  const spans = lines.flatMap((line) => line.split('`').filter((_, i) => i % 2 === 1));
  expect(spans).toContain("{ site: ['Blog'] }");
  expect(spans.filter((span) => /&#?\w+;/.test(span))).toEqual([]);
});
