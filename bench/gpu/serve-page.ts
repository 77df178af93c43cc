// Builds the benchmark page and serves the build on a free port.

import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, preview } from 'vite';

export interface PageServer {
  address: string;
  close(): Promise<void>;
}

/** From the root of the repository, whose short commit the report names. */
export async function servePage(commit: string): Promise<PageServer> {
  const root = resolve('bench');
  const outDir = await mkdtemp(resolve('node_modules/.bench-gpu-'));
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    define: { __COMMIT__: JSON.stringify(commit) },
    build: { outDir, emptyOutDir: true, target: 'es2022', rollupOptions: { input: join(root, 'gpu.html') } },
  });
  const server = await preview({ root, configFile: false, logLevel: 'warn', build: { outDir }, preview: { port: 0 } });
  const close = async () => {
    await server.close();
    await rm(outDir, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void close().then(() => process.exit()));
  return { address: new URL('gpu.html', server.resolvedUrls!.local[0]).href, close };
}
