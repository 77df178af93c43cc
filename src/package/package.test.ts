// The built entry of the npm package as others have it: in Node without a DOM, and for a strict consumer's compiler. Bundled into an
// app: e2e/bundled-app.spec.ts.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LitElement } from 'lit';
import { build, type Rollup } from 'vite';
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest';
import type { LatelightSearchElement } from '../element/public-element.ts';
import type { SearchOptions } from '../element/search-options.ts';
import { packageRoot } from '../node/package-files.ts';
import type { IndexScript } from './index-script.ts';

const run = promisify(execFile);

/** What a program prints; a compiler's complaints are no exception here. */
const output = (...args: string[]): Promise<string> =>
  run(process.execPath, args, { cwd: packageRoot }).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }) => stdout + stderr,
  );

/** A page's script, with everything that docs/guide/widget.md and docs/reference/options.md name. */
const CONSUMER = `
import { defineElement, ERROR_CODES, type LatelightSearchElement, LatelightError, open, type SearchResult } from 'latelight';

export async function main(): Promise<string[]> {
  const LatelightSearch = await defineElement('/latelight/');
  LatelightSearch.translations.nl = { label: 'Zoeken' };
  const element = document.querySelector('latelight-search')!;
  element.mergeIndex = [{ url: 'https://blog.example.com/latelight/', weight: 0.8, filter: { site: ['Blog'] } }];
  element.renderHit = (hit, group, html) => html\`<b>\${hit.title}</b> \${group.others.length}\`;
  element.filter = { topic: ['network'] };
  element.query = 'how do I close the server';
  // @ts-expect-error a list is wanted
  element.mergeIndex = 3;
  element.addEventListener('latelight-results', ({ detail }) => show(detail));
  element.addEventListener('latelight-select', (event) => console.log(event.detail.hit.url, event.detail.stage));
  document.addEventListener('latelight-results', ({ detail }) => show(detail));
  window.addEventListener('latelight-error', ({ detail }) => console.log(detail.message, detail.code === 'download-failed'));
  // @ts-expect-error there is no such code
  element.addEventListener('latelight-error', ({ detail }) => console.log(detail.code === 'not-found'));
  element.show();
  element.close();
  const made: LatelightSearchElement = document.createElement('latelight-search');
  const engine = await open('/latelight/', { onProgress: ({ loadedBytes }) => console.log(loadedBytes) });
  made.engine = engine;
  await engine.reopen();
  const { hits } = await engine.search(made.query, { limit: 10, perPage: 3 });
  return hits.map(({ url }) => url);
}

function show(result: SearchResult): void {
  console.log(result.hits.length, ERROR_CODES.length, new LatelightError('closed', 'test').code);
}
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-package-'));
  // A copy: beside this repository's own packages a missing one would be found.
  const installed = join(folder, 'node_modules/latelight');
  await mkdir(installed, { recursive: true });
  await cp(join(packageRoot, 'package.json'), join(installed, 'package.json'));
  for (const built of ['dist/types', 'dist/package', 'dist/site'])
    await cp(join(packageRoot, built), join(installed, built), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'page.ts'), CONSUMER);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the package can be imported in Node, where its functions name what is missing and latelight/node', async () => {
  const script = `
    const { defineElement, LatelightError, open } = await import('latelight');
    for (const call of [open, defineElement]) {
      const error = await call('/latelight/').catch((error) => error);
      console.log(error instanceof LatelightError, error.code, error.message);
    }`;
  const lines = (await output('--input-type=module', '--eval', script)).trim().split('\n');
  expect(lines).toEqual(
    ['open', 'defineElement'].map((name) =>
      expect.stringMatching(`^true bad-option ${name}: expected a page in a browser, got no document.*latelight/node`),
    ),
  );
});

for (const [module, moduleResolution] of [
  ['ESNext', 'Bundler'],
  ['Node16', 'Node16'],
]) {
  it(`a strict consumer compiles with moduleResolution ${moduleResolution}, without Lit and without skipLibCheck`, async () => {
    const options = {
      ...{ module, moduleResolution, target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable'] },
      ...{ types: [], strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true },
    };
    const config = join(folder, `tsconfig.${module}.json`);
    await writeFile(config, JSON.stringify({ compilerOptions: options, files: ['page.ts'] }));
    expect(await output(join(packageRoot, 'node_modules/typescript/bin/tsc'), '-p', config)).toBe('');
  });
}

it("the entry knows all of the element's options, and the index folder's script has what the entry asks of it", () => {
  expectTypeOf<Exclude<keyof SearchOptions, keyof LitElement | keyof LatelightSearchElement>>().toBeNever();
  expectTypeOf<typeof import('../latelight.ts')>().toExtend<IndexScript>();
});

it('bundlers leave out what an app does not use of the entry, and keep a module that is imported for what it does', async () => {
  await writeFile(
    join(folder, 'app.js'),
    "import 'latelight/highlight';\nimport { defineElement } from 'latelight';\nconsole.log('app');\n",
  );
  const { output } = (await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    build: { write: false, minify: false, lib: { entry: join(folder, 'app.js'), formats: ['es'] } },
  }).then((built) => [built].flat()[0])) as Rollup.RollupOutput;
  const code = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n');
  expect(code).toContain('latelight-highlight');
  expect(code).not.toContain('storage-full');
});

it("lies unpacked where Yarn keeps packages in ZIP files: onnxruntime's native code opens the model by its path", async () => {
  expect(JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'))).toMatchObject({
    preferUnplugged: true,
  });
});

it('has what its own texts name: errors send readers to the guide, and so does the README', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: packageRoot,
    shell: process.platform === 'win32',
  });
  const files = new Set<string>(JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path));
  const texts = [
    'README.md',
    'CHANGELOG.md',
    'src/worker/client.ts',
    'bin/latelight.js',
    'src/cli/commands/eval-command.ts',
  ];
  const named = await Promise.all(texts.map((path) => readFile(join(packageRoot, path), 'utf8')));
  const pages = new Set(named.join().match(/\bdocs\/[\w/-]+\.md/g));
  expect(pages.size).toBeGreaterThan(20);
  expect([...pages].filter((page) => !files.has(page))).toEqual([]);
  expect(files).not.toContain('docs/package.json');
});
