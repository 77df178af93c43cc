// What `npm start` and `npm test` run, on systems that tests do not run on.

import { expect, it } from 'vitest';
import { needsShell } from '../../scripts/install.js';

it('only npm and npx are run by a shell, and only on Windows: it takes the path of Node, which has a space there, for two words', () => {
  const commands = ['npm', 'npx', 'C:\\Program Files\\nodejs\\node.exe'];
  expect(commands.map((command) => needsShell(command, 'win32'))).toEqual([true, true, false]);
  expect(commands.map((command) => needsShell(command, 'linux'))).toEqual([false, false, false]);
});
