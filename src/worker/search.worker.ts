// The search worker of a page over an index folder.

import { EngineHost } from './engine-host.ts';
import { serveEngine } from './serve-engine.ts';

serveEngine(EngineHost.open);
