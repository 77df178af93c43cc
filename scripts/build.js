// `npm run build`: the WASM scorer, the page scripts (dist/site), the service worker over them, the offline library (dist/library), the
// package's entry (dist/package), the CLI (dist/cli), the types.

import { join } from 'node:path';
import { must, root } from './install.js';

must(process.execPath, ['scripts/build-scorer.js']);
must('npx', ['vite', 'build', '--logLevel', 'warn']);
const { generateSW } = await import('workbox-build');
const { count, warnings } = await generateSW({
  swDest: join(root, 'dist/site/sw.js'),
  globDirectory: join(root, 'dist/site'),
  globPatterns: ['**/*.{js,css,html,svg,png,webmanifest}'],
  // The index's own files are kept by the engine, by content hash; the service worker keeps only what the page itself is made of.
  ignoreURLParametersMatching: [/^q$/],
  // Not `cleanupOutdatedCaches`: it would delete the caches of service workers below this one's folder, such as library/'s.
  clientsClaim: true,
  skipWaiting: true,
  inlineWorkboxRuntime: true,
  sourcemap: false,
  runtimeCaching: [{ urlPattern: ({ url }) => url.pathname.endsWith('/page.json'), handler: 'NetworkFirst' }],
});
for (const warning of warnings) console.warn(warning);
console.log(`service worker: ${count} files kept for offline use`);
must(process.execPath, ['scripts/build-library.js']);
must('npx', ['vite', 'build', '--mode', 'package', '--logLevel', 'warn']);
must('npx', ['vite', 'build', '--ssr', '--logLevel', 'warn']);
must('npx', ['tsc', '-p', 'tsconfig.build.json']);
