#!/usr/bin/env node
import { isNodeUsable, NODE_VERSIONS } from './node-version.js';

if (isNodeUsable(process.version)) {
  // Said anew when the command ends. One that waits for what never comes, and has nothing else to do, would seem to have gone well.
  process.exitCode = 13;
  import('../dist/cli/main.js');
} else {
  console.error(`latelight: expected ${NODE_VERSIONS}, got ${process.version}.`);
  process.exitCode = 1;
}
