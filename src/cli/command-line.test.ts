// What the command line says when it is asked wrongly, with which exit code, and that it bears a reader who goes.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../node/package-files.ts';
import { latelight } from './latelight.fixture.ts';
import { relativeFolder } from './option-values.ts';

let folder = '';
let site = '';
let index = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-command-line-'));
  site = join(folder, 'site');
  index = join(folder, 'index');
  await mkdir(site);
  const page = (topic: string, text: string) =>
    `<title>${topic}</title><main data-latelight-filter="topic:${topic}"><h1>${topic}</h1><p>${text}</p></main>`;
  await writeFile(join(site, 'bees.html'), page('bees', 'Bees make honey of nectar.'));
  await writeFile(join(site, 'ants.html'), page('ants', 'Ants carry leaves.'));
  await writeFile(join(site, 'wasps.html'), page('wasps', 'Wasps make paper.'));
  const made = await latelight('index', site, '-o', index, '--site-root', '../site/', '--no-webgpu', '--no-cache');
  expect(made).toMatchObject({ code: 0 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('search --filter', () => {
  const found = async (...args: string[]) => {
    const { code, out, err } = await latelight('search', ...args, '--json');
    expect(code, err).toBe(0);
    return JSON.parse(out).hits.map(({ url }: { url: string }) => url);
  };

  it('stands before the index, as the help has options, and counts again each time', async () => {
    expect(await found('-f', 'topic=ants', index, 'who makes things')).toEqual(['ants.html']);
    expect((await found('-f', 'topic=ants', '-f', 'topic=bees', index, 'who makes things')).sort()).toEqual([
      'ants.html',
      'bees.html',
    ]);
  });

  it.each(['constructor', 'toString', '__proto__'])('names the filters when asked for %s', async (name) => {
    expect(await latelight('search', index, 'honey', '-f', `${name}=x`)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`expected a filter of this index (topic), got ${name}.`),
    });
  });
});

describe('index --site-root', () => {
  it.each([
    ['..', '../'],
    ['../my docs', '../my docs/'],
    ['../my%20docs/', '../my docs/'],
    ['größe/', 'größe/'],
    ['./', './'],
    ['', ''],
  ])('takes %j as %j', (given, meant) => {
    expect(relativeFolder(given)).toBe(meant);
  });

  it.each(['/docs/', 'https://example.org/', '../docs/?', '..\\docs', '%zz/', ' /'])(
    'refuses %j under its own name, before a model is downloaded',
    async (path) => {
      expect(await latelight('index', site, '--site-root', path, '--model', 'no/model')).toMatchObject({
        code: 2,
        err: expect.stringMatching(
          /option '--site-root <path>' argument .* is invalid\. Expected a folder as seen from the index/,
        ),
      });
    },
  );

  it('leads hits into a folder with a space and letters of any script', async () => {
    const output = join(folder, 'elsewhere');
    const made = await latelight('index', site, '-o', output, '--site-root', '../größe 2', '--no-webgpu', '--no-cache');
    expect(made).toMatchObject({ code: 0 });
    const { siteRoot } = JSON.parse(await readFile(join(output, 'manifest.json'), 'utf8'));
    expect(new URL(siteRoot, 'https://example.org/x/search/').href).toBe('https://example.org/x/gr%C3%B6%C3%9Fe%202/');
    expect(await latelight('search', output, 'honey')).toMatchObject({ code: 0 });
  });
});

describe('a folder that is none', () => {
  const commands = [
    ['index', 'index'],
    ['search', 'index', 'x'],
    ['inspect', 'index'],
    ['serve', 'serve'],
    ['eval', 'eval'],
  ];

  it.each(commands)(
    '%s says that there is no such folder, or a file, and exits 2',
    async (command, prefix, ...rest) => {
      const missing = join(folder, 'missing');
      expect(await latelight(command, missing, ...rest)).toMatchObject({
        code: 2,
        err: `error [bad-option] ${prefix}: expected a folder at ${missing}, found no such folder. Check the path.\n`,
      });
      const file = join(site, 'bees.html');
      expect(await latelight(command, file, ...rest)).toMatchObject({
        code: 2,
        err: expect.stringContaining(`[bad-option] ${prefix}: expected a folder at ${file}, which is a file.`),
      });
    },
  );

  it.each([['search', 'x'], ['inspect']])('%s says that a folder has no manifest.json', async (command, ...rest) => {
    expect(await latelight(command, site, ...rest)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/\[bad-option\] index: expected manifest\.json in .*site, found none: is it an index/),
    });
  });
});

describe('help', () => {
  it('of the command follows its wrong option', async () => {
    const { code, err } = await latelight('index', site, '--bogus');
    expect([code, err]).toEqual([2, expect.stringMatching(/unknown option '--bogus'\n.*\(latelight index --help /)]);
    expect((await latelight('sing')).err).toContain('(latelight --help shows the commands)');
  });

  it('says which list took the folder, and in which order they stand', async () => {
    for (const [list, value] of [
      ['--exclude', 'drafts/**'],
      ['--include', '**/*.pdf'],
      ['--example', 'How?'],
    ])
      expect(await latelight('index', list, value, site)).toMatchObject({
        code: 2,
        err: expect.stringMatching(
          `missing required argument 'folder'\n.*\n${list} takes all that follows: put <folder> first\\.\n$`,
        ),
      });
    expect((await latelight('index', '--clean-urls')).err).not.toContain('put <folder> first');
    const { out } = await latelight('help', 'index');
    expect(
      out.replace(/\s+/g, ' ').match(/--(?:include|exclude|example) <[^-]*; takes all that follows/g),
    ).toHaveLength(3);
  });

  it('has no defaults of nothing', async () => {
    for (const command of ['index', 'search', 'fit-codec']) {
      const { out } = await latelight('help', command);
      expect(out).toContain('(default: ');
      expect(out).not.toMatch(/\(default: (\[|\{|false)/);
    }
  });

  it('of a command that is none says so', async () => {
    expect(await latelight('help', 'idx')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/unknown command 'idx'\n\(Did you mean index\?\)/),
    });
    expect(await latelight('help', 'search')).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('--limit'),
    });
    expect(await latelight('help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('fit-codec') });
  });
});

describe('serve', () => {
  it('tells a port that is taken from a host that cannot be had', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
    try {
      const port = String((taken.address() as AddressInfo).port);
      expect(await latelight('serve', index, '--host', '127.0.0.1', '--port', port)).toMatchObject({
        code: 2,
        err: expect.stringContaining(`expected port ${port} to be free, it is taken. Choose another with --port`),
      });
    } finally {
      taken.close();
    }
    // 192.0.2.0/24 is for documentation: no machine has such an address.
    for (const host of ['192.0.2.1', 'nowhere.invalid']) {
      const { code, err } = await latelight('serve', index, '--host', host, '--port', '0');
      expect([code, err]).toEqual([2, expect.stringMatching(`for --host, got ${host} \\(E`)]);
      expect(err).not.toContain('--port');
    }
  });

  it.each(['', ' '])('takes %j for no port', async (port) => {
    expect(await latelight('serve', index, '--port', port)).toMatchObject({
      code: 2,
      err: expect.stringContaining('Expected a whole number from 0 to 65535'),
    });
  });
});

it('the built command ends quietly when nobody reads on', async () => {
  const child = spawn(process.execPath, [join(packageRoot, 'bin/latelight.js'), '--help']);
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (data) => {
    err += data;
  });
  const code = await new Promise((resolve) => void child.on('close', resolve));
  expect([code, err]).toEqual([0, '']);
});
