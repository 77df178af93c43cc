// The search worker of a page over an index folder.

import { EngineHost } from './engine-host.ts';
import { serveEngine } from './serve-engine.ts';
import { trustOwnWorkers } from './trust-own-workers.ts';

trustOwnWorkers();
serveEngine(EngineHost.open);
