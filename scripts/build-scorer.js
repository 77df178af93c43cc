// Compiles assembly/ twice, without and with relaxed SIMD, into one generated TypeScript module. Run by `npm
// install` (prepare), so it must not fail where the compiler is not installed and nothing needs compiling.

import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = ['assembly/score-wide.ts', 'assembly/score-narrow.ts'];
const target = join(root, 'src/kernels/score-maxsim-wasm.generated.ts');
const options = ['--runtime', 'stub', '--importMemory', '-O3', '--shrinkLevel', '1', '--noAssert', '--enable', 'simd'];

async function compilerOrNothing() {
  try {
    return (await import('assemblyscript/asc')).default;
  } catch (error) {
    if (error?.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

async function compile(asc, features) {
  let wasm;
  const { error, stderr } = await asc.main(
    [...sources, '--baseDir', root, '-o', 'scorer.wasm', ...options, ...features],
    {
      writeFile: (name, contents) => {
        if (name === 'scorer.wasm') wasm = contents;
      },
    },
  );
  if (error || !wasm)
    throw new Error(`build-scorer: ${sources.join(', ')} does not compile\n${stderr}`, { cause: error });
  return wasm;
}

function constant(name, wasm) {
  return `export const ${name} = {\n  byteLength: ${wasm.length},\n  base64: '${Buffer.from(wasm).toString('base64')}',\n};\n`;
}

const asc = await compilerOrNothing();
if (asc) {
  const plain = await compile(asc, []);
  const relaxed = await compile(asc, ['--enable', 'relaxed-simd']);
  const text = `// Made by scripts/build-scorer.js from assembly/; not to be edited.\n\n${constant('SIMD', plain)}\n${constant('RELAXED_SIMD', relaxed)}`;
  const partial = `${target}.${process.pid}.tmp`;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(partial, text);
  await rename(partial, target);
  console.log(`build-scorer: ${plain.length} bytes, ${relaxed.length} with relaxed SIMD`);
} else if (!existsSync(join(root, 'dist/lib'))) {
  console.error(
    'build-scorer: expected assemblyscript or a finished build in dist/, got neither. Run npm install with dev packages.',
  );
  process.exitCode = 1;
}
