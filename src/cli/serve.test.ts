// `latelight serve` over HTTP: the site around an index, as a host would serve it.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type NetworkInterfaceInfo, networkInterfaces, tmpdir } from 'node:os';
import { join, parse, relative, sep } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pageUrl } from '../ingest/page-url.ts';
import { latelight, latelightUntil } from './latelight.fixture.ts';
import { isServedHost } from './served-hosts.ts';

const ODD_NAMES = [
  'a#b.html',
  'what?.html',
  '100%.html',
  'a%20b.html',
  'a+b&c=d;e,f:g@h$.html',
  'ü ß/c:d.html',
  'c:d.html',
];

const SITE_PAGES = ['./#top', 'guide/', 'pages/about#us', 'removed.html'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-serve-'));
  await write('site/index.html', 'home');
  await write('site/guide/index.html', 'guide');
  await write('site/pages/about.html', 'about');
  await write('site/both.html', 'file');
  await write('site/both/index.html', 'folder');
  await write('site/.env', 'secret');
  for (const name of ODD_NAMES) await write(`site/${name}`, name);
  await writeIndex('site/my search', '../');
  await writeIndex('site/deep/er', '../../');
  await writeIndex('alone', 'docs/');
  await write('app/index.html', 'app');
  await write('app/manifest.json', '{"name":"Shop","siteRoot":"../"}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, content: string): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), content);
}

async function writeIndex(path: string, siteRoot: string, urls = SITE_PAGES): Promise<void> {
  await write(`${path}/index.html`, 'search page');
  await write(`${path}/latelight.js`, 'script');
  await write(`${path}/shards/0a.lls`, 'codes');
  const fragments = [{ file: 'fragments/0a.json' }];
  await write(`${path}/fragments/0a.json`, JSON.stringify({ version: 1, passages: urls.map((url) => ({ url })) }));
  await write(`${path}/manifest.json`, JSON.stringify({ format: 'latelight', version: 1, siteRoot, fragments }));
}

/** Serves a folder while `visit` runs. @param visit gets the address that was printed */
async function serving(path: string, visit: (address: string) => Promise<void>, ...options: string[]): Promise<string> {
  const controller = new AbortController();
  let tell = (_address: string) => {};
  const address = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const served = latelightUntil(
    controller.signal,
    (printed) => {
      const found = / at (http:\S+)/.exec(printed);
      if (found) tell(found[1]);
    },
    ...['serve', join(folder, path), '--port', '0', ...options],
  );
  try {
    await visit(await Promise.race([address, served.then(({ err }) => Promise.reject(new Error(err)))]));
  } finally {
    controller.abort();
  }
  const { code, out } = await served;
  expect(code).toBe(0);
  return out;
}

const textAt = async (address: string, base: string) => {
  const response = await fetch(new URL(address, base));
  return response.ok ? response.text() : response.status;
};

it('serves the site that an index inside it leads to, and names the search page in it', async () => {
  await serving('site/my search', async (address) => {
    expect(new URL(address).pathname).toBe('/my%20search/');
    expect(await textAt('./', address)).toBe('search page');
    expect(await textAt('latelight.js', address)).toBe('script');
    expect(await textAt('../', address)).toBe('home');
    expect(await textAt('../guide/', address)).toBe('guide');
    expect(await textAt('../pages/about.html', address)).toBe('about');
    expect(await textAt('../missing.html', address)).toBe(404);
  });
  await serving('site/deep/er', async (address) => {
    expect(new URL(address).pathname).toBe('/deep/er/');
    expect(await textAt('../../guide/', address)).toBe('guide');
  });
});

it('finds the site by where the index really is, not by a link to it', async () => {
  await symlink(join(folder, 'site/my search'), join(folder, 'link'));
  await serving('link', async (address) => expect(await textAt('../guide/', address)).toBe('guide'));
});

it.each(['alone', 'app'])('serves nothing but the folder of %s, which leads to none above it', async (path) => {
  await serving(path, async (address) => {
    expect(new URL(address).pathname).toBe('/');
    expect((await fetch(new URL('manifest.json', address))).ok).toBe(true);
  });
});

it('leads a folder without its slash to the one with it, query and all, but not past a page of the name', async () => {
  await serving('site/my search', async (address) => {
    const led = await fetch(new URL('../my%20search?q=a%20b', address));
    expect([led.url, await led.text()]).toEqual([`${address}?q=a%20b`, 'search page']);
    expect(await textAt('../both', address)).toBe('file');
    const doubled = await fetch(`${new URL('/', address).href}/guide`, { redirect: 'manual' });
    expect(doubled.headers.get('location')).toBe('/guide/');
  });
});

it('says of a site that it is no index, and where the search page of the one in it is', async () => {
  await write('built/index.html', 'home');
  const none = await serving('built', async (address) => expect(await textAt('./', address)).toBe('home'));
  expect(none).toMatch(/^Serving .*built at http/);
  expect(none).toContain(`has none in ${join(folder, 'built/latelight')}. \`latelight index `);
  await writeIndex('built/latelight', '../');
  const said = await serving('built', async () => {});
  const [, page] = /The search page of the index in it: (\S+)/.exec(said) ?? [];
  await serving('built', async (address) => expect(await textAt(new URL(page).pathname, address)).toBe('search page'));
  expect(await serving('built/latelight', async () => {})).toMatch(/^Searching /);
});

it('leads from the root to the search page where a site has no page there', async () => {
  await write('bare/a.md', '# A');
  await writeIndex('bare/my search', '../', ['a.md']);
  await serving('bare/my search', async (address) => expect((await fetch(new URL('/', address))).url).toBe(address));
});

it('serves pages at the addresses that an index gives them, whatever their names', async () => {
  await serving('site/my search', async (address) => {
    for (const name of ODD_NAMES) expect(await textAt(`../${pageUrl(name)}`, address), name).toBe(name);
  });
});

it('keeps hidden files and what is above the site to itself', async () => {
  await serving('site/my search', async (address) => {
    for (const path of [
      '/.env',
      '/%2Eenv',
      '/guide/%2e%2e/.env',
      '/..%2falone/index.html',
      '/%00',
      '/%E0%A4%A',
      '/my%20search/..%2f.env',
      '/my%20search/%2e%2e%2f.env',
      '/%5C.env',
    ]) {
      expect(await textAt(path, address), path).toBe(404);
    }
  });
});

it('lets browsers keep what is named by its content, of the index alone', async () => {
  await serving('site/my search', async (address) => {
    const kept = async (path: string) => (await fetch(new URL(path, address))).headers.get('cache-control');
    expect(await kept('shards/0a.lls')).toContain('immutable');
    expect(await kept('manifest.json')).toBe('no-cache');
    expect(await kept('../pages/about.html')).toBe('no-cache');
    expect(await kept('../pages/about')).toBe('no-cache');
  });
});

it('answers to names of this machine alone, whatever a website calls it', async () => {
  await serving('site/my search', async (address) => {
    const statusFor = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request(new URL('/guide/', address), { headers: { Host: host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on('error', reject).end();
      });
    const { port } = new URL(address);
    expect(await Promise.all(['localhost', `127.0.0.1:${port}`, `[::1]:${port}`].map(statusFor))).toEqual([
      200, 200, 200,
    ]);
    expect(await Promise.all(['evil.example', `localhost.evil.example:${port}`].map(statusFor))).toEqual([403, 403]);
  });
  expect(isServedHost('192.168.1.5:80', 'localhost')).toBe(false);
  expect(isServedHost('192.168.1.5:80', '0.0.0.0')).toBe(true);
  expect(isServedHost('[fe80::1]:80', '::')).toBe(true);
  expect(isServedHost('evil.example', '0.0.0.0')).toBe(false);
  expect(isServedHost('Desk.example', 'desk.example')).toBe(true);
  expect(isServedHost(undefined, 'localhost')).toBe(false);
});

const hasIPv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'));
it.skipIf(!hasIPv6)('prints an address that is one when it listens on one of IPv6', async () => {
  const visit = async (address: string) => {
    expect(new URL(address).hostname).toBe('[::1]');
    expect(await textAt('../guide/', address)).toBe('guide');
  };
  await serving('site/my search', visit, '--host', '::1');
});

it('names addresses to ask for where it listens on all, and says what browsers refuse there', async () => {
  const printed: string[] = [];
  const visit = async (address: string) => {
    printed.push(address);
    expect(new URL(address).hostname).toBe('localhost');
    expect(await textAt('../guide/', address)).toBe('guide');
  };
  const out = await serving('site/my search', visit, '--host', '0.0.0.0');
  expect(out).not.toContain('//0.0.0.0');
  expect(out).toMatch(/^Over plain http the search works at localhost alone: .* https/m);
  const { port, pathname } = new URL(printed[0]);
  const isOther = ({ internal, family }: NetworkInterfaceInfo) => !internal && family === 'IPv4';
  const others = Object.values(networkInterfaces()).flatMap((found) => found?.filter(isOther) ?? []);
  for (const { address } of others) expect(out).toContain(`http://${address}:${port}${pathname}`);
  expect(out.includes('From other machines: ')).toBe(others.length > 0);
  expect(await serving('site/my search', async () => {}, '--host', '127.0.0.1')).not.toContain('plain http');
});

it('serves no more than two folders above an index for what it says itself, and any with --site', async () => {
  await writeIndex('site/one/two/three', '../../../');
  const said = await serving('site/one/two/three', async (address) => {
    expect(new URL(address).pathname).toBe('/');
    expect(await textAt('/guide/', address)).toBe(404);
  });
  expect(said).toContain('--site');
  const named = await serving(
    'site/one/two/three',
    async (address) => {
      expect(new URL(address).pathname).toBe('/one/two/three/');
      expect(await textAt('/guide/', address)).toBe('guide');
    },
    '--site',
    join(folder, 'site'),
  );
  expect(named).toMatch(/Its pages are served from .*site\n/);
  const { code, err } = await latelight('serve', join(folder, 'site'), '--site', join(folder, 'alone'));
  expect([code, err]).toEqual([2, expect.stringContaining('--site')]);
});

it.each([
  ['that are not there', ['a.html', 'b/', 'c']],
  ['of which one is there', ['notes.txt', 'a.html', 'b.html']],
  ['that are its own', ['Downloads/index/index.html', './Downloads/index/']],
  ['that are hidden', ['.profile.txt', '.config/a.html']],
  ['that are files whose names can be guessed', ['Downloads/desktop.ini', 'notes.txt']],
  ['that are no documents', ['Downloads/index.zip']],
  ['above that folder', ['../site/both.html']],
  ['of no name', ['%00', '%E0']],
  ['of which there is none', []],
])('serves nothing above an index with pages %s, whatever it says of where it is', async (_which, urls) => {
  for (const path of ['notes.txt', '.profile.txt', '.config/a.html', 'Downloads/index.zip', 'Downloads/desktop.ini'])
    await write(`home/${path}`, 'private');
  await writeIndex('home/Downloads/index', '../../', urls);
  const said = await serving('home/Downloads/index', async (address) => {
    expect(new URL(address).pathname).toBe('/');
    for (const path of ['/notes.txt', '/../../notes.txt', '/..%2f..%2fnotes.txt', '/Downloads/index.zip'])
      expect(await textAt(path, address), path).toBe(404);
  });
  expect(said).toContain('say where with --site <folder>');
});

it('serves no whole disk, even if the pages are on it', async ({ skip }) => {
  const disk = parse(folder).root;
  skip(join(folder, '../..') !== disk, 'the folder for temporary files is not two below the root');
  await write('index.html', 'search page');
  await write(
    'manifest.json',
    JSON.stringify({ format: 'latelight', siteRoot: '../../', fragments: [{ file: 'fragments/0.json' }] }),
  );
  const url = relative(disk, await mkdtemp(join(tmpdir(), 'latelight-page-')))
    .split(sep)
    .join('/');
  await writeFile(join(disk, url, 'a.html'), 'page');
  await write('fragments/0.json', JSON.stringify({ passages: [{ url: `${url}/a.html` }] }));
  await serving('.', async (address) => {
    expect(new URL(address).pathname).toBe('/');
    expect(await textAt(`/${url}/a.html`, address)).toBe(404);
  });
  await rm(join(disk, url), { recursive: true });
});

it('follows no link out of what it serves', async () => {
  await symlink(join(folder, 'alone'), join(folder, 'site/out'));
  await symlink(join(folder, 'alone/index.html'), join(folder, 'site/linked.html'));
  await mkdir(join(folder, 'site/sub'));
  await symlink(join(folder, 'alone/index.html'), join(folder, 'site/sub/index'));
  await symlink(join(folder, 'site/guide'), join(folder, 'site/inside'));
  await serving('site/my search', async (address) => {
    const out = ['/out/', '/out', '/out/index.html', '/out/manifest.json'];
    for (const path of [...out, '/linked.html', '/linked', '/linked/', '/sub/', '/sub', '/sub/index'])
      expect(await textAt(path, address), path).toBe(404);
    expect(await textAt('/inside/', address)).toBe('guide');
  });
});

it('serves the site below a path with --base, and nothing elsewhere', async () => {
  for (const base of ['/night sky/', 'night sky', '/night%20sky'])
    await serving(
      'site/my search',
      async (address) => {
        expect(new URL(address).pathname).toBe('/night%20sky/my%20search/');
        expect(await textAt('./', address)).toBe('search page');
        expect(await textAt('../', address)).toBe('home');
        expect(await textAt('../pages/about', address)).toBe('about');
        expect((await fetch(new URL('../guide?q=a', address))).url).toBe(new URL('../guide/?q=a', address).href);
        expect((await fetch(new URL('/night%20sky?q=a', address))).url).toBe(new URL('../?q=a', address).href);
        for (const path of [
          '/',
          '/guide/',
          '/my%20search/',
          '/night%20skyguide/',
          '/night%20sky/.env',
          '/night%20sky/..%2f.env',
        ])
          expect(await textAt(path, address), path).toBe(404);
        const outside = await fetch(new URL('/guide/', address));
        expect(await outside.text()).toBe('Not found: the site is at /night sky/\n');
        const kept = await fetch(new URL('shards/0a.lls', address));
        expect(kept.headers.get('cache-control')).toContain('immutable');
      },
      '--base',
      base,
    );
  await serving(
    'alone',
    async (address) => expect(new URL(address).pathname).toBe('/repo/docs/'),
    '--base',
    '/repo/docs',
  );
  await write('bare-below/a.md', '# A');
  await writeIndex('bare-below/my search', '../', ['a.md']);
  await serving(
    'bare-below/my search',
    async (address) => expect((await fetch(new URL('/repo/', address))).url).toBe(address),
    '--base',
    '/repo/',
  );
  for (const base of ['/../', 'https://user.github.io/repo/', '/a?b/'])
    expect(await latelight('serve', join(folder, 'site'), '--base', base), base).toMatchObject({ code: 2 });
});
