// A helper of the search worker: scores a part of the index. All logic is in engine/score-helper.ts.

import { serveHelper, type ToHelper } from '../engine/score-helper.ts';
import { holdLock } from './life-lock.ts';
import type { FromScoreWorker } from './start-score-worker.ts';

const send = (message: FromScoreWorker) => postMessage(message);
const handle = serveHelper(send);
addEventListener('message', ({ data }: MessageEvent<ToHelper>) => void handle(data));
holdLock((lock) => send({ type: 'hello', lock }));
