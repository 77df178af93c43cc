import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { defaultCachePath } from './cache-path.ts';

let folder = '';
const at = (path: string) => join(folder, path);
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'latelight-cache-path-')));
  vi.stubEnv('LATELIGHT_CACHE', at('caches'));
  for (const path of ['plain/docs', 'plain/public', 'app/node_modules', 'app/packages/site/dist', 'pnp/dist'])
    await mkdir(at(path), { recursive: true });
  for (const path of ['app/package.json', 'app/packages/site/package.json', 'pnp/package.json'])
    await writeFile(at(path), '{}');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** The user's, by the output. */
const ofUser = (output: string) =>
  at(`caches/passages/${createHash('sha256').update(at(output)).digest('hex').slice(0, 16)}.jsonl`);

const CASES: [what: string, current: string, input: string, output: string, cache: () => string][] = [
  [
    'of a site in a project',
    'app',
    'app/dist',
    'app/dist/latelight',
    () => at('app/node_modules/.cache/latelight/dist-latelight.jsonl'),
  ],
  [
    'of an output beside the site',
    'app',
    'app/docs',
    'app/public/search',
    () => at('app/node_modules/.cache/latelight/public-search.jsonl'),
  ],
  [
    'of a project without node_modules',
    'pnp',
    'pnp/dist',
    'pnp/dist/latelight',
    () => at('pnp/.latelight-cache/dist-latelight.jsonl'),
  ],
  [
    'from within the published folder',
    'app/dist',
    'app/dist',
    'app/dist/latelight',
    () => at('app/node_modules/.cache/latelight/dist-latelight.jsonl'),
  ],
  ['of a folder that is the project', 'pnp', 'pnp', 'pnp/latelight', () => ofUser('pnp/latelight')],
  [
    'of a package that is the site, with the project that it is part of',
    'app/packages/site',
    'app/packages/site',
    'app/packages/site/latelight',
    () => at('app/node_modules/.cache/latelight/packages-site-latelight.jsonl'),
  ],
  ['of folders in no project', 'plain', 'plain/docs', 'plain/public/search', () => ofUser('plain/public/search')],
  ['of a project elsewhere', 'app', 'plain/docs', 'plain/docs/latelight', () => ofUser('plain/docs/latelight')],
];

it.each(CASES)('%s', (_what, current, input, output, cache) => {
  expect(defaultCachePath(at(output), [at(input)], at(current))).toBe(cache());
});

it('keeps nothing where no folder takes it', async () => {
  vi.stubEnv('LATELIGHT_CACHE', at('plain/docs/caches'));
  expect(defaultCachePath(at('plain/docs/latelight'), [at('plain/docs')], at('plain'))).toBeUndefined();
});
