// The offline library's page (dist/library): its scripts, what pdf.js reads at run time, the manifest, the service worker over all of it.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { generateSW } from 'workbox-build';
import { must, root } from './install.js';

const output = join(root, 'dist/library');
const pdfjs = join(root, 'node_modules/pdfjs-dist');

must('npx', ['vite', 'build', '--mode', 'library', '--logLevel', 'warn']);
for (const folder of ['cmaps', 'standard_fonts', 'iccs'])
  cpSync(join(pdfjs, folder), join(output, 'pdf', folder), { recursive: true });
// Decoders of images. Not pdf.js's scripting (quickjs), and not its decoders for browsers without WebAssembly: nothing else here runs there.
cpSync(join(pdfjs, 'wasm'), join(output, 'pdf/wasm'), {
  recursive: true,
  filter: (path) => !/(quickjs-eval|_nowasm_fallback)/.test(path),
});
for (const file of ['manifest.webmanifest', 'share-target.js'])
  cpSync(join(root, 'src/library/shell', file), join(output, file));

const { count, size, warnings } = await generateSW({
  swDest: join(output, 'sw.js'),
  globDirectory: output,
  // All of the page, to the last lazy script and font. Model and runtime are no part of it: the engine keeps them, by content hash.
  globPatterns: ['**/*'],
  globIgnores: ['**/LICENSE*', 'NOTICE', 'THIRD-PARTY-NOTICES.txt', 'share-target.js', 'sw.js'],
  maximumFileSizeToCacheInBytes: 32 * 1024 * 1024,
  // A file whose name has its hash never changes.
  dontCacheBustURLsMatching: /^assets\//,
  // Written beside it by `latelight library`, which puts hashes in the place of these: page and engine are then of one version, always.
  additionalManifestEntries: [{ url: 'engine.json', revision: 'ENGINE_REVISION', integrity: 'ENGINE_INTEGRITY' }],
  importScripts: ['share-target.js'],
  navigateFallback: 'index.html',
  navigateFallbackDenylist: [/\.\w+$/],
  // `again`: src/library/page/import-reader.ts.
  ignoreURLParametersMatching: [/^(search|add|shared|again)$/],
  clientsClaim: true,
  // A new version waits until the visitor takes it, and then takes over all tabs: src/library/shell/updates.ts.
  skipWaiting: false,
  inlineWorkboxRuntime: true,
  sourcemap: false,
});
for (const warning of warnings) console.warn(warning);

console.log(`library: ${count} files, ${(size / 1e6).toFixed(1)} MB, kept for offline use`);
