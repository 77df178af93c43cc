// What runs on a site owner's machine tells nobody: onnxruntime-node would (src/encoder/onnxruntime-node.ts). With the built command, since
// a process decides once.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packageRoot } from '../node/package-files.ts';

it('leaves nothing of onnxruntime in the home folder, after indexing and searching', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latelight-telemetry-'));
  try {
    const [home, site] = [join(folder, 'home'), join(folder, 'site')];
    await mkdir(home);
    await mkdir(site);
    await writeFile(join(site, 'index.html'), '<!doctype html><title>Bees</title><main><p>Bees make honey.</p></main>');
    // Test runs are left out by onnxruntime itself: only what a site's owner has in the environment.
    const env = { PATH: process.env.PATH, HOME: home };
    const latelight = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(packageRoot, 'bin/latelight.js'), ...args], { env });
    await latelight('index', site, '--no-webgpu', '--no-cache');
    const { stdout } = await latelight('search', join(site, 'latelight'), 'honey');
    expect(stdout).toContain('Bees');
    expect(await readdir(home, { recursive: true })).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
