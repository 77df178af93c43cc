// `npm start`: from a fresh clone to a search page over real documentation (fastify, pino and undici, as npm ships it).

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, must, root } from './install.js';

installPackages();
const models = join(root, 'public/models');
if (!existsSync(models) || !readdirSync(models, { recursive: true }).some((file) => file.endsWith('model_q8.onnx'))) {
  console.error(
    'Latelight: expected the default model in public/models, found none. Clone the repository whole (git lfs is not used).',
  );
  process.exit(1);
}
must(process.execPath, ['scripts/build.js']);
must(process.execPath, ['scripts/build-demo.js']);
if (!process.argv.includes('--build-only'))
  must(process.execPath, ['bin/latelight.js', 'serve', 'demo/search', ...process.argv.slice(2)]);
