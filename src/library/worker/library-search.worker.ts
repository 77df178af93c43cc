// The library's search worker.

import { serveEngine } from '../../worker/serve-engine.ts';
import { LibraryHost } from './library-host.ts';

serveEngine(LibraryHost.open);
