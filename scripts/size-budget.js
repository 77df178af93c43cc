// What a visitor downloads besides the model and onnxruntime's WASM must stay small: the engine's scripts, our WASM (inside
// them) and the tokenizer, gzipped, for one device. Everything else is listed, so that nothing hides.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './install.js';

const BUDGET_BYTES = 250_000;

const site = join(root, 'dist/site');
const gzipped = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
const manifest = JSON.parse(readFileSync(join(root, 'demo/search/manifest.json'), 'utf8'));
const indexFile = ({ file }) => join(root, 'demo/search', file);

const assets = readdirSync(join(site, 'assets')).map((name) => join(site, 'assets', name));
const scripts = [join(site, 'latelight.js'), ...assets.filter((path) => path.endsWith('.js'))];
const builds = { wasm: /\/ort\.wasm\./, jspi: /\/ort\.jspi\./, asyncify: /\/ort\.webgpu\./ };
const isRuntime = (path) => Object.values(builds).some((pattern) => pattern.test(path));
const shared = scripts.filter((path) => !isRuntime(path));
const tokenizer = gzipped(indexFile(manifest.queryEncoder.tokenizer));
const codec = gzipped(indexFile(manifest.codec));

const sum = (paths) => paths.reduce((total, path) => total + gzipped(path), 0);
const line = (name, bytes) => console.log(`${name.padEnd(62)}${(bytes / 1000).toFixed(1).padStart(9)} kB`);

console.log('gzip, what one visitor downloads');
for (const path of shared) line(`  ${path.slice(site.length + 1)}`, gzipped(path));
line('  tokenizer', tokenizer);
let failed = false;
for (const [build, pattern] of Object.entries(builds)) {
  const glue = sum(scripts.filter((path) => pattern.test(path)));
  const total = sum(shared) + tokenizer + glue;
  line(`engine with ${build} glue (${(glue / 1000).toFixed(1)} kB); budget ${BUDGET_BYTES / 1000} kB`, total);
  if (glue === 0)
    console.error(`size budget: expected the script of onnxruntime's ${build} build in dist/site/assets, found none`);
  if (total > BUDGET_BYTES)
    console.error(`size budget: expected at most ${BUDGET_BYTES} bytes with ${build}, got ${total}`);
  failed ||= glue === 0 || total > BUDGET_BYTES;
}
console.log('apart');
line('  codec', codec);
line('  page: HTML and CSS', sum([join(site, 'index.html'), ...assets.filter((path) => path.endsWith('.css'))]));
line('  service worker', gzipped(join(site, 'sw.js')));
line('  model for WASM (int8)', gzipped(indexFile(manifest.queryEncoder.weights.wasm)));
line('  model for WebGPU (8-bit blocks)', gzipped(indexFile(manifest.queryEncoder.weights.webgpu)));
for (const [build, ref] of Object.entries(manifest.runtime))
  line(`  onnxruntime-web, ${build}`, gzipped(indexFile(ref)));
process.exit(failed ? 1 : 0);
