// Runs a TypeScript entry that Node cannot run itself: bundles it with Vite (which knows `?raw` and `.ts` imports) next to the
// packages it needs, imports the bundle, removes it. Usage: node scripts/run-ts.js bench/score.ts [arguments of the entry]

import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [entry, ...rest] = process.argv.slice(2);
if (!entry) {
  console.error('run-ts: expected the path of a TypeScript file');
  process.exit(2);
}

// Inside node_modules, so that the bundle finds the packages and git and the linters do not find it.
const outDir = await mkdtemp(join(root, 'node_modules', '.run-ts-'));
try {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: resolve(entry),
      outDir,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { format: 'es', entryFileNames: 'entry.mjs' } },
    },
  });
  process.argv = [process.argv[0], resolve(entry), ...rest];
  await import(pathToFileURL(join(outDir, 'entry.mjs')).href);
} finally {
  await rm(outDir, { recursive: true, force: true });
}
