// A helper of the search worker: scores a part of the index. All logic is in engine/score-helper.ts.

import { serveHelper } from '../engine/score-helper.ts';
import { holdLock, letLockGo } from './life-lock.ts';
import type { FromScoreWorker, ToScoreWorker } from './start-score-worker.ts';

const send = (message: FromScoreWorker) => postMessage(message);
const handle = serveHelper(send);
let held: Promise<unknown> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<ToScoreWorker>) => {
  if (data.type === 'hold') held = holdLock((lock) => send({ type: 'held', lock }), data.lock);
  else if (data.type === 'let-go') letLockGo(data.lock);
  else void held.then(() => handle(data));
});
