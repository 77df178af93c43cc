// Our WASM scorer against maxsim-web's (float32 rows, WASM SIMD), interleaved in one process, on the same rows: it is given what our
// codes decode to, so its float sums are sums of integers below 2^24 and both must return exactly the same scores.
// node scripts/run-ts.js bench/maxsim-web.ts <checkout of github.com/joe32140/maxsim-web> [--json] [--assert] [--no-chromium]

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { build } from 'vite';
import { openEnginePage } from './engine-page.ts';
import { describeMachine, machineLine } from './machine.ts';
import { compare, DIM, PASSAGES, ROWS, TOKENS } from './maxsim-web/compare.ts';

const SCRIPT = 'maxsim_web_wasm.js';
const WASM = 'maxsim_web_wasm_bg.wasm';

/**
 * The build in its repository (bacd093) does not start: the export that its script grows as the externref table names table 0, the
 * functions', which cannot grow. In this copy it names table 1; the code is as it was.
 */
function withExternrefTable(wasm: Buffer): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(wasm);
  const name = '__wbindgen_export_0';
  const at = wasm.indexOf(name) + name.length; // kind 1: a table; then its number
  if (copy[at] === 1 && copy[at + 1] === 0) copy[at + 1] = 1;
  return copy;
}

/** The same comparison in a page. */
async function inChromium(checkout: string, wasm: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-maxsim-'));
  const profile = await mkdtemp(join(tmpdir(), 'latelight-profile-'));
  try {
    await build({
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      build: {
        outDir: folder,
        emptyOutDir: false,
        lib: { entry: resolve('bench/maxsim-web/compare.ts'), formats: ['es'], fileName: () => 'compare.js' },
      },
    });
    await cp(join(checkout, SCRIPT), join(folder, SCRIPT));
    await writeFile(join(folder, WASM), wasm);
    await writeFile(join(folder, 'index.html'), '');
    await writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const { page, version, close } = await openEnginePage(folder, profile);
    const results = await page.evaluate(
      async ([script, wasm]) => {
        const at = (name: string) => new URL(name, location.href).href;
        const { compare } = (await import(at('compare.js'))) as typeof import('./maxsim-web/compare.ts');
        return compare({ script: at(script), wasm: new Uint8Array(await (await fetch(at(wasm))).arrayBuffer()) });
      },
      [SCRIPT, WASM],
    );
    await close();
    return results.map((result) => ({ where: `Chromium ${version}`, ...result }));
  } finally {
    for (const path of [folder, profile]) await rm(path, { recursive: true, force: true });
  }
}

const argument = process.argv.slice(2).find((value) => !value.startsWith('-'));
if (!argument) {
  console.error('bench: expected the path of a checkout of https://github.com/joe32140/maxsim-web');
  process.exit(2);
}
setFlagsFromString('--experimental-wasm-relaxed-simd'); // newer than Node 20's defaults; browsers have it
const machine = describeMachine();
const folder = resolve(argument, 'benchmark/wasm');
const wasm = withExternrefTable(await readFile(join(folder, WASM)));
const inNode = await compare({ script: pathToFileURL(join(folder, SCRIPT)).href, wasm });
const results = [
  ...inNode.map((result) => ({ where: `Node ${process.version}`, ...result })),
  ...(process.argv.includes('--no-chromium') ? [] : await inChromium(folder, wasm)),
];

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ machine, results }, null, 2));
} else {
  console.log(machineLine(machine));
  console.log(`${PASSAGES} passages x ${ROWS} rows x ${TOKENS} query tokens at ${DIM} dimensions, one core.`);
  console.log('Scores of all passages are equal. Factors are against the faster of the two ways to call maxsim-web.\n');
  console.log('| where | scorer | bytes a row | min ms | median ms | times faster, by min | by median | bar |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { where, name, rowBytes, minMs, medianMs, timesFaster, bar, passed } of results) {
    const factors = `${timesFaster.min.toFixed(1)} | ${timesFaster.median.toFixed(1)}`;
    const verdict = bar ? `${bar} ${passed ? 'met' : 'MISSED'}` : '';
    console.log(
      `| ${where} | ${name} | ${rowBytes} | ${minMs.toFixed(1)} | ${medianMs.toFixed(1)} | ${factors} | ${verdict} |`,
    );
  }
}
if (process.argv.includes('--assert') && results.some(({ passed }) => !passed)) process.exitCode = 1;
