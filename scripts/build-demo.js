// The demo index: Markdown that fastify, pino and undici ship in their npm packages, indexed with the embedded model.

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must, root } from './install.js';

const docs = join(root, 'demo/docs');
rmSync(docs, { recursive: true, force: true });
mkdirSync(docs, { recursive: true });
for (const name of ['fastify', 'pino', 'undici']) {
  cpSync(join(root, 'node_modules', name, 'docs'), join(docs, name), { recursive: true });
}
const examples = [
  'how do I close the server gracefully',
  'hide passwords in log output',
  'set a request timeout',
  'validate the request body',
  'retry failed requests',
  'send logs to a file in another thread',
];
must(process.execPath, [
  'bin/latelight.js',
  'index',
  docs,
  '--output',
  join(root, 'demo/search'),
  '--title',
  'fastify, pino and undici',
  '--site-root',
  'docs/',
  '--example',
  ...examples,
]);
cpSync(docs, join(root, 'demo/search/docs'), { recursive: true });
