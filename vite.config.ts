// Four builds and the unit tests: `vite build` makes what pages load (dist/site), `vite build --mode library` the offline library's page
// (dist/library), `vite build --mode package` what apps import from 'latelight' (dist/package), `vite build --ssr` what Node runs (dist/cli).

import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import type { BuildEnvironmentOptions, Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { licencePlugins } from './scripts/third-party-notices.js';

const root = import.meta.dirname;

/**
 * onnxruntime-web's scripts name their .wasm by URL, so Vite would copy 58 MB into the build. The engine hands the runtime its
 * bytes instead, hash-checked and cached, so the copies are left out.
 */
function withoutRuntimeWasm(): Plugin {
  return {
    name: 'latelight:without-runtime-wasm',
    generateBundle(_options, bundle) {
      for (const file of Object.keys(bundle)) if (/ort-wasm.*\.wasm$/.test(file)) delete bundle[file];
    },
  };
}

/** Styles of our elements are template literals, which no minifier looks into: comments and white space are a tenth of its module. */
function withCompactStyles(): Plugin {
  return {
    name: 'latelight:with-compact-styles',
    apply: 'build',
    transform(code, id) {
      if (!/\/(element|library\/(app|reader))\/styles\/[^/]+-styles\.ts$/.test(id)) return undefined;
      const compact = (css: string) =>
        css
          .replace(/\/\*.*?\*\//gs, '')
          .replace(/\s+/g, ' ')
          .replace(/ ?([{};,]) ?/g, '$1')
          .replace(/: /g, ':')
          .replace(/;}/g, '}')
          .replace(/(?<=[ :,(-])0\./g, '.');
      return { code: code.replace(/`.*`/s, compact), map: null };
    },
  };
}

/** Minified scripts break lines in template literals alone, and those of the element are HTML, where a break and what indents it is one space, and none at the end of a tag. */
function withCompactTemplates(): Plugin {
  return {
    name: 'latelight:with-compact-templates',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const element = bundle['latelight.js'];
        if (element?.type === 'chunk') element.code = element.code.replace(/\n\s+(>?)/g, (_, end) => end || ' ');
      },
    },
  };
}

/** Shaders are text, which no minifier looks into: comments and indentation are two fifths of them. */
function withCompactShaders(): Plugin {
  return {
    name: 'latelight:with-compact-shaders',
    apply: 'build',
    enforce: 'post',
    transform: {
      filter: { id: /\.wgsl\?raw$/ },
      handler(code) {
        const [, text] = /^export default (".*")$/s.exec(code.trim().replace(/;$/, '')) ?? [];
        if (text === undefined) return this.error('expected the text of a shader');
        const lines = (JSON.parse(text) as string).split('\n').map((line) => line.replace(/\/\/.*/, '').trim());
        return { code: `export default ${JSON.stringify(lines.filter(Boolean).join('\n'))}`, map: null };
      },
    },
  };
}

/** `load(async () => { let { fr } = await import('./fr.js'); return { fr }; }, [], import.meta.url)`, minified: only `fr` is used of either. */
const WRAPPED_IMPORT =
  /\w+\(async\(\)=>\{let\{(\w+):(\w+)\}=await import\(([^()]*)\);return\{\1:\2\}\},\[\],import\.meta\.url\)/g;

/** Vite wraps every `import()` in code that fetches beforehand what a chunk imports. No chunk of the site imports any, and the element would carry it. */
function withoutPreload(): Plugin {
  return {
    name: 'latelight:without-preload',
    apply: 'build',
    enforce: 'pre',
    load: {
      filter: { id: /^\0vite\/preload-helper/ },
      handler: () => 'export const __vitePreload = (load) => load();',
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== 'chunk') continue;
          if (chunk.code.includes('__vite__mapDeps'))
            this.error(`${chunk.fileName}: expected no chunk with imports to fetch beforehand`);
          chunk.code = chunk.code.replace(WRAPPED_IMPORT, 'import($3)');
        }
      },
    },
  };
}

/**
 * WebKit runs a module worker's entry once more when a chunk imports it: two listeners answer every message. So what an entry shares with its
 * chunks stands in a chunk of its own (`preserveEntrySignatures`), and the build fails where that is not so.
 */
function withoutImportsOfWorkers(): Plugin {
  return {
    name: 'latelight:without-imports-of-workers',
    apply: 'build',
    // Vite has an option for pages, none for workers.
    options: (options) => ({ ...options, preserveEntrySignatures: 'strict' }),
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const entries = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
      for (const { fileName, imports, dynamicImports } of chunks)
        for (const imported of [...imports, ...dynamicImports])
          if (imported !== fileName && entries.has(imported))
            this.error(`expected no chunk to import the worker ${imported}, but ${fileName} does`);
    },
  };
}

/**
 * A script that could not be had is asked for again by its address, which only the bundler knows.
 * @param name what stands for the address in the one chunk that asks
 * @param module whose chunk it is
 */
function withAddress(name: string, module: string): Plugin {
  return {
    name: 'latelight:with-address',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const wanted = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module));
        const asking = chunks.filter(({ code }) => code.includes(name));
        if (!wanted || asking.length !== 1)
          return this.error(`expected ${module} to be a file, and one other to ask for it as ${name}`);
        // Under its other address it would run twice.
        if (chunks.some(({ imports }) => imports.includes(wanted.fileName)))
          this.error(`expected no chunk to import ${wanted.fileName}, which may have been had by another address`);
        const [chunk] = asking;
        const address = posix.relative(posix.dirname(chunk.fileName), wanted.fileName);
        chunk.code = chunk.code.replace(name, `./${address}`);
      },
    },
  };
}

/** CLI, Node API and plugins: our code in a few files, packages left to node_modules. */
const nodeBuild: BuildEnvironmentOptions = {
  outDir: join(root, 'dist/cli'),
  emptyOutDir: true,
  target: 'node20',
  rollupOptions: {
    input: {
      main: join(root, 'src/cli/main.ts'),
      'encode-worker': join(root, 'src/node/encode-worker.ts'),
      node: join(root, 'src/node/index.ts'),
      vite: join(root, 'src/vite/index.ts'),
      vitepress: join(root, 'src/adapters/vitepress.ts'),
      astro: join(root, 'src/adapters/astro.ts'),
      eleventy: join(root, 'src/adapters/eleventy.ts'),
      docusaurus: join(root, 'src/adapters/docusaurus.ts'),
    },
    external: [...builtinModules, /^node:/],
    output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
  },
};

/** Search page, element and worker for browsers. */
const siteBuild: BuildEnvironmentOptions = {
  outDir: join(root, 'dist/site'),
  emptyOutDir: true,
  target: 'es2022',
  modulePreload: { polyfill: false },
  rollupOptions: {
    input: {
      index: join(root, 'src/page/index.html'),
      playground: join(root, 'src/page/playground.html'),
      latelight: join(root, 'src/latelight.ts'),
      highlight: join(root, 'src/highlight.ts'),
    },
    // What the engine's side shares with the element stays in the element's one module, under short names of its own.
    preserveEntrySignatures: 'allow-extension',
    output: {
      entryFileNames: ({ name }) =>
        name === 'latelight' || name === 'highlight' ? `${name}.js` : 'assets/[name]-[hash].js',
    },
  },
};

/** The offline library: one page, what it loads on demand, and its workers. scripts/build-library.js adds the service worker. */
const libraryBuild: BuildEnvironmentOptions = {
  outDir: join(root, 'dist/library'),
  emptyOutDir: true,
  target: 'es2022',
  modulePreload: { polyfill: false },
  rollupOptions: {
    input: join(root, 'src/library/page/index.html'),
    // The search element fetches the engine's client when it is first used; this page has it anyway.
    checks: { ineffectiveDynamicImport: false },
  },
};

/** The package's own entry: a few lines that bundlers read again, so they stay as they are. */
const packageBuild: BuildEnvironmentOptions = {
  outDir: join(root, 'dist/package'),
  emptyOutDir: true,
  target: 'es2022',
  // As a library: no preload code of Vite's around its import().
  lib: { entry: join(root, 'src/package/index.ts'), formats: ['es'], fileName: 'latelight' },
  minify: false,
};

/** What is beside the bundles in an index or library folder: the WASM that the CLI copies, and the service worker's runtime. */
const BESIDE_BUNDLES = [
  'onnxruntime-web',
  'workbox-core',
  'workbox-precaching',
  'workbox-routing',
  'workbox-strategies',
];
/** Of packages that come bundled: pdf.js's cmaps and decoders are copied, mammoth's jszip is one file that has four others in it. */
const BESIDE_LIBRARY = ['pdfjs-dist', 'pako', 'lie', 'immediate', 'setimmediate'];
/** By build; those without an entry bundle no packages. */
const BESIDE: Record<string, string[]> = { site: BESIDE_BUNDLES, library: [...BESIDE_BUNDLES, ...BESIDE_LIBRARY] };

const builds = {
  node: { root, publicDir: false, build: nodeBuild },
  site: { root: join(root, 'src/page'), publicDir: join(root, 'public/icons'), build: siteBuild },
  library: { root: join(root, 'src/library/page'), publicDir: join(root, 'public/library-icons'), build: libraryBuild },
  package: { root, publicDir: false, build: packageBuild },
} as const;

export default defineConfig(({ isSsrBuild, mode }) => {
  const name = isSsrBuild ? 'node' : mode === 'library' || mode === 'package' ? mode : 'site';
  const licences = BESIDE[name] && licencePlugins(BESIDE[name]);
  return {
    ...builds[name],
    base: './',
    worker: {
      format: 'es',
      plugins: () => [withoutRuntimeWasm(), withoutImportsOfWorkers(), withCompactShaders(), licences?.worker],
    },
    plugins: [
      withoutRuntimeWasm(),
      withCompactStyles(),
      name === 'site' && [
        withCompactTemplates(),
        withoutPreload(),
        withAddress('latelight:client', '/src/worker/client.ts'),
      ],
      name === 'library' && withAddress('latelight:reader', '/src/library/reader/latelight-reader.ts'),
      licences?.page,
    ],
    test: {
      root,
      include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
      testTimeout: 240_000,
      // Nothing of a test's is to lie in the person's own cache.
      env: { LATELIGHT_CACHE: join(root, 'test-results/cache') },
      // Vitest hears of rejections whatever else listens: src/ingest/stray-rejections.ts.
      onUnhandledError: (error) => !/^XRef/.test(error.name ?? ''),
    },
  };
});
