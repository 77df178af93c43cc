// What a visitor downloads besides the model and onnxruntime's WASM must stay small: the engine's scripts, our WASM (inside
// them) and the tokenizer, gzipped, for one device. Everything else is listed, so that nothing hides.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './install.js';

const BUDGET_BYTES = 250_000;
/** The element, before it has loaded anything of the engine: one module. */
const ELEMENT_BUDGET_BYTES = 30_000;
/** The same with the one other language that a page may take. */
const ELEMENT_AND_LANGUAGE_BUDGET_BYTES = 32_000;
/** The offline library's page until a document is opened; its workers come after it. */
const LIBRARY_BUDGET_BYTES = 60_000;
/** Chunks that only some visitors fetch: each page takes at most one language, and only the playground takes its own. */
const LANGUAGES = /\/(fr|de|es|pt|zh|ja|ar)-[^/]+\.js$/;
const PLAYGROUND = /\/playground-[^/]+\.js$/;

const site = join(root, 'dist/site');
const gzipped = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
const manifest = JSON.parse(readFileSync(join(root, 'demo/search/manifest.json'), 'utf8'));
const indexFile = ({ file }) => join(root, 'demo/search', file);
/** A large file is there in parts: docs/FORMAT.md, "Manifest". */
const indexFiles = ({ file, bytes, partBytes = bytes }) =>
  bytes <= partBytes
    ? [indexFile({ file })]
    : Array.from({ length: Math.ceil(bytes / partBytes) }, (_, i) =>
        indexFile({ file: file.replace(/\.\w+$/, `.${i + 1}$&`) }),
      );

const assets = readdirSync(join(site, 'assets')).map((name) => join(site, 'assets', name));
const scripts = [join(site, 'latelight.js'), ...assets.filter((path) => path.endsWith('.js'))];
const builds = { wasm: /\/ort\.wasm\./, jspi: /\/ort\.jspi\./, asyncify: /\/ort\.webgpu\./ };
const isRuntime = (path) => Object.values(builds).some((pattern) => pattern.test(path));
const languages = scripts.filter((path) => LANGUAGES.test(path));
const shared = scripts.filter((path) => !isRuntime(path) && !LANGUAGES.test(path) && !PLAYGROUND.test(path));
const tokenizer = gzipped(indexFile(manifest.queryEncoder.tokenizer));
const codec = gzipped(indexFile(manifest.codec));

const sum = (paths) => paths.reduce((total, path) => total + gzipped(path), 0);
/** Lines as they are printed, for `--write`. */
const lines = [];
const kilobytes = (bytes) => (bytes / 1000).toFixed(1);
function line(name, bytes) {
  lines.push([name.trim(), kilobytes(bytes)]);
  console.log(`${name.padEnd(62)}${kilobytes(bytes).padStart(9)} kB`);
}

console.log('gzip, what one visitor downloads');
for (const path of shared) line(`  ${path.slice(site.length + 1)}`, gzipped(path));
line('  tokenizer', tokenizer);
let failed = false;
const element = join(site, 'latelight.js');
const staticImports = [...readFileSync(element, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*["']([^"']+)["']/g)].map(
  ([, name]) => name,
);
const largestLanguage = Math.max(...languages.map(gzipped));
line(`the element, in English; budget ${ELEMENT_BUDGET_BYTES / 1000} kB`, gzipped(element));
line(
  `the element with the largest of the other languages; budget ${ELEMENT_AND_LANGUAGE_BUDGET_BYTES / 1000} kB`,
  gzipped(element) + largestLanguage,
);
if (staticImports.length > 0)
  console.error(`size budget: expected the element to be one module, got imports of ${staticImports.join(', ')}`);
if (languages.length !== 7)
  console.error(`size budget: expected 7 languages in chunks of their own, got ${languages.length}`);
const isElementTooLarge = gzipped(element) > ELEMENT_BUDGET_BYTES;
if (isElementTooLarge) console.error(`size budget: expected at most ${ELEMENT_BUDGET_BYTES} bytes of the element`);
const isLanguageTooLarge = gzipped(element) + largestLanguage > ELEMENT_AND_LANGUAGE_BUDGET_BYTES;
if (isLanguageTooLarge)
  console.error(
    `size budget: expected at most ${ELEMENT_AND_LANGUAGE_BUDGET_BYTES} bytes of the element with a language`,
  );
failed ||= staticImports.length > 0 || languages.length !== 7 || isElementTooLarge || isLanguageTooLarge;
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
line('  playground: script', sum(scripts.filter((path) => PLAYGROUND.test(path))));
line('  highlight module', gzipped(join(site, 'highlight.js')));
line('  languages, all seven', sum(languages));
line('  service worker', gzipped(join(site, 'sw.js')));
line('  model for WASM', sum(indexFiles(manifest.queryEncoder.weights.wasm)));
line('  model for WebGPU', sum(indexFiles(manifest.queryEncoder.weights.webgpu)));
for (const [build, ref] of Object.entries(manifest.runtime)) line(`  onnxruntime-web, ${build}`, sum(indexFiles(ref)));
const library = join(root, 'dist/library/assets');
const ofLibrary = (pattern) => {
  const names = readdirSync(library).filter((name) => pattern.test(name));
  if (names.length === 0) throw new Error(`size budget: expected a file of dist/library/assets to match ${pattern}`);
  return names.map((name) => join(library, name));
};
console.log('the offline library, besides model and runtime');
const page = sum([...ofLibrary(/^index-.*\.(js|css)$/), join(root, 'dist/library/index.html')]);
line(`offline library: page; budget ${LIBRARY_BUDGET_BYTES / 1000} kB`, page);
line(
  'offline library: workers that search, keep and encode',
  sum(ofLibrary(/^(library-search|indexer|encode)\.worker-.*\.js$/)),
);
line('offline library: worker that reads documents', sum(ofLibrary(/^document\.worker-.*\.js$/)));
line('offline library: reader of an opened document', sum(ofLibrary(/^latelight-reader-.*\.js$/)));
if (!(page > 1000 && page <= LIBRARY_BUDGET_BYTES)) {
  console.error(`size budget: expected the library's page to have at most ${LIBRARY_BUDGET_BYTES} bytes, got ${page}`);
  failed = true;
}
if (process.argv.includes('--write')) {
  const page = join(root, 'docs/guide/sizes.md');
  const rows = lines.map(([name, size]) => `| ${name.replace(/-[\w-]{8}\.js$/, '.js')} | ${size} |`);
  const table = ['| what | kB, gzip |', '| --- | ---: |', ...rows].join('\n');
  const text = readFileSync(page, 'utf8').replace(
    /<!-- sizes -->[\s\S]*<!-- \/sizes -->/,
    `<!-- sizes -->\n\n${table}\n\n<!-- /sizes -->`,
  );
  writeFileSync(page, text);
}
process.exit(failed ? 1 : 0);
