#!/usr/bin/env node
import { isNodeUsable, NODE_VERSIONS } from './node-version.js';

if (isNodeUsable(process.version)) {
  import('../dist/cli/main.js');
} else {
  console.error(`latelight: expected ${NODE_VERSIONS}, got ${process.version}.`);
  process.exitCode = 1;
}
