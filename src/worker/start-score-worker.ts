// Starts a helper of the search worker as a worker of its own, nested in it: same origin, same policy.

import type { FromHelper, HelperPort } from '../engine/score-helper.ts';
import { awaitEnd } from './life-lock.ts';

export type FromScoreWorker = FromHelper | { type: 'hello'; lock: string };

export function startScoreWorker(): HelperPort {
  const worker = new Worker(new URL('./score.worker.ts', import.meta.url), { type: 'module', name: 'latelight-score' });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(onMessage, onEnd) {
      worker.addEventListener('error', (event) => onEnd(event.message || 'expected it to start, got an error'));
      worker.addEventListener('messageerror', () => onEnd('expected a message, got one that cannot be read'));
      worker.addEventListener('message', ({ data }: MessageEvent<FromScoreWorker>) => {
        if (data.type === 'hello') awaitEnd(data.lock, () => onEnd('it ended unexpectedly'));
        else onMessage(data);
      });
    },
    close: () => worker.terminate(),
  };
}
