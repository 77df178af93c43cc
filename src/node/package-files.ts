// Files that ship inside the npm package: the default model, the built page scripts, onnxruntime-web's WASM.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LatelightError } from '../errors.ts';

const DEFAULT_MODEL = 'colbert-minilm-l6-v1';

/** The package's root: the nearest folder above this file (source or bundle) that holds its package.json. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

export const packageVersion = (
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version;

export const defaultModelFolder = join(packageRoot, 'public/models', DEFAULT_MODEL);

/** What `npm run build` makes for pages. */
export function builtSiteFolder(): string {
  return builtFolder('dist/site', 'latelight.js', 'index');
}

/** What `npm run build` makes of the library's page. */
export function builtLibraryFolder(): string {
  return builtFolder('dist/library', 'sw.js', 'library');
}

function builtFolder(name: string, file: string, command: string): string {
  const folder = join(packageRoot, name);
  if (existsSync(join(folder, file))) return folder;
  throw new LatelightError(
    'bad-option',
    `${command}: expected the built page scripts in ${folder}. Run \`npm run build\`.`,
  );
}

/** onnxruntime-web's WASM builds by the name the manifest gives them. */
export function runtimeFiles(): Record<'wasm' | 'jspi' | 'asyncify', string> {
  const require = createRequire(import.meta.url);
  const path = (file: string) => require.resolve(`onnxruntime-web/${file}`);
  return {
    wasm: path('ort-wasm-simd-threaded.wasm'),
    jspi: path('ort-wasm-simd-threaded.jspi.wasm'),
    asyncify: path('ort-wasm-simd-threaded.asyncify.wasm'),
  };
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('latelight: its package.json is missing from the installation');
  }
}
