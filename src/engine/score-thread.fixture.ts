// Helpers of the split scorer as Node threads, for tests and benches: the same code as in a browser's worker behind another port.
// Not shipped.

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import type { FromHelper, HelperPort } from './score-helper.ts';

export interface ScoreThreads {
  start: () => HelperPort;
  /** Every thread started so far, in order. */
  threads: Worker[];
  /** Ends the threads and removes what was built. */
  remove: () => Promise<void>;
}

/** Bundles the thread's script, which Node cannot run as TypeScript. `script` names another one, to see a start fail. */
export async function buildScoreThread(root = process.cwd(), script = 'thread.mjs'): Promise<ScoreThreads> {
  const folder = await mkdtemp(join(root, 'node_modules', '.score-thread-'));
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(root, 'src/engine/score-thread-entry.fixture.ts'),
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { format: 'es', entryFileNames: 'thread.mjs' } },
    },
  });
  const threads: Worker[] = [];
  return {
    threads,
    start() {
      const worker = new Worker(join(folder, script));
      threads.push(worker);
      return {
        post: (message, transfer) => worker.postMessage(message, transfer),
        listen(onMessage: (message: FromHelper) => void, onEnd) {
          worker.on('message', onMessage);
          worker.on('error', (error) => onEnd(String(error)));
          worker.on('exit', () => onEnd('it ended'));
        },
        close: () => void worker.terminate(),
      };
    },
    async remove() {
      await Promise.all(threads.map((thread) => thread.terminate()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
