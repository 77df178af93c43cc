// Runs a TypeScript entry that Node cannot run itself: bundles it with Vite (which knows `?raw` and `.ts` imports) next to the
// packages it needs, imports the bundle, removes it when the process ends. Usage: node scripts/run-ts.js bench/score.ts [arguments of the entry]

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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
const packages = join(root, 'node_modules');
removeOrphans();
const outDir = mkdtempSync(join(packages, `.run-ts-${process.pid}-`));
// Entries end the process themselves, which `finally` would not see.
process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: resolve(entry),
    outDir,
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'node20',
    minify: false,
    rollupOptions: { output: { format: 'es', entryFileNames: 'entry.mjs' } },
  },
});
process.argv = [process.argv[0], resolve(entry), ...rest];
await import(pathToFileURL(join(outDir, 'entry.mjs')).href);

/** Bundles of runs that were killed: a signal's handler would wait for an entry that computes. */
function removeOrphans() {
  for (const name of readdirSync(packages)) {
    const [, pid] = /^\.run-ts-(\d+)-/.exec(name) ?? [];
    if (pid && !isRunning(Number(pid))) rmSync(join(packages, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
