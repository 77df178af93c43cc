// A helper of the split scorer as a Node thread: see score-thread.fixture.ts. Not shipped.

import { parentPort } from 'node:worker_threads';
import { serveHelper, type ToHelper } from './score-helper.ts';

const handle = serveHelper((message) => parentPort!.postMessage(message));
parentPort!.on('message', (message: ToHelper) => void handle(message));
