// Starts a helper of the search worker as a worker of its own, nested in it: same origin, same policy. It is watched while it searches, and
// until its first search: what is sent to it before nobody waits for.

import type { FromHelper, HelperPort, ToHelper } from '../engine/score-helper.ts';
import { LifeWatch, type ToHolder } from './life-lock.ts';

export type ToScoreWorker = ToHelper | ToHolder;
export type FromScoreWorker = FromHelper | { type: 'held'; lock: string };

export function startScoreWorker(): HelperPort {
  const worker = new Worker(new URL('./score.worker.ts', import.meta.url), { type: 'module', name: 'latelight-score' });
  let asked = 0;
  let onGone: (reason: string) => void = () => undefined;
  const watch = new LifeWatch(
    (message) => worker.postMessage(message),
    () => onGone('it ended unexpectedly'),
    () => onGone('expected an answer, got none'),
  );
  watch.begin();
  return {
    post(message, transfer) {
      if (message.type === 'search') {
        asked++;
        watch.begin();
      }
      worker.postMessage(message, transfer);
    },
    listen(onMessage, onEnd) {
      onGone = onEnd;
      worker.addEventListener('error', (event) => onEnd(event.message || 'expected it to start, got an error'));
      worker.addEventListener('messageerror', () => onEnd('expected a message, got one that cannot be read'));
      worker.addEventListener('message', ({ data }: MessageEvent<FromScoreWorker>) => {
        if (data.type === 'held') return watch.held(data.lock);
        if (data.type === 'found' && --asked === 0) watch.rest();
        onMessage(data);
      });
    },
    close() {
      watch.rest();
      worker.terminate();
    },
  };
}
