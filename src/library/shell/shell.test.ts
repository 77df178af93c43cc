// The parts of the shell without a browser: when tabs reload, what files are called, what waits for whom.

import { describe, expect, it, vi } from 'vitest';
import { documentKind } from '../../ingest/document-kind.ts';
import kindSource from '../../ingest/document-kind.ts?raw';
import { type Arrival, Arrivals } from './arrivals.ts';
import { fileNameOf, nameOfText, timeName } from './file-names.ts';
import { Install } from './install.ts';
import manifestText from './manifest.webmanifest?raw';
import shareTarget from './share-target.js?raw';
import { NAME_HEADER, readShares, sharedText } from './shared-files.ts';
import { readStart } from './start.ts';
import { Updates } from './updates.ts';

describe('updates', () => {
  function setUp(controller?: object) {
    const container = Object.assign(new EventTarget(), { controller });
    const workbox = Object.assign(new EventTarget(), {
      register: vi.fn(async () => undefined),
      update: vi.fn(async () => undefined),
      messageSkipWaiting: vi.fn(),
    });
    const reload = vi.fn();
    let time = 0;
    const updates = new Updates({ workbox, container, reload, now: () => time });
    const changed = vi.fn();
    updates.addEventListener('change', changed);
    return {
      updates,
      workbox,
      reload,
      changed,
      pass: (ms: number) => {
        time += ms;
      },
      wait: () => workbox.dispatchEvent(new Event('waiting')),
      takeOver: () => container.dispatchEvent(new Event('controllerchange')),
    };
  }

  it('do not reload when the first service worker of a first visit takes over', () => {
    const { reload, takeOver } = setUp();
    takeOver();
    expect(reload).not.toHaveBeenCalled();
  });

  it('reload once when another version takes over, whichever tab asked for it', () => {
    const { updates, reload, takeOver } = setUp({});
    takeOver();
    takeOver();
    expect(reload).toHaveBeenCalledTimes(1);
    expect(updates.isWaiting).toBe(false);
  });

  it('reload in the same visit as the first service worker, too', () => {
    const { reload, takeOver } = setUp();
    takeOver();
    takeOver();
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it('reload a tab that was loaded past the service worker, once an update was seen to wait', () => {
    const { reload, wait, takeOver } = setUp();
    wait();
    takeOver();
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it('tell when one waits, and take it when told to', () => {
    const { updates, workbox, changed, wait } = setUp({});
    wait();
    expect(updates.isWaiting).toBe(true);
    expect(changed).toHaveBeenCalledTimes(1);
    expect(workbox.messageSkipWaiting).not.toHaveBeenCalled();
    updates.apply();
    expect(workbox.messageSkipWaiting).toHaveBeenCalledTimes(1);
  });

  it('are looked for once an hour at most, and not at all offline', async () => {
    const { updates, workbox, pass } = setUp({});
    await updates.check();
    pass(61 * 60 * 1000);
    workbox.update.mockRejectedValueOnce(new TypeError('offline'));
    await updates.check();
    await updates.check();
    expect(workbox.update).toHaveBeenCalledTimes(1);
  });
});

describe('arrivals', () => {
  const arrival = (path: string): Arrival => ({ from: 'open', files: [{ path, file: new Blob(['x']) }] });

  it('wait for who takes them, in order', async () => {
    const arrivals = new Arrivals();
    const added = [arrivals.add(arrival('a')), arrivals.add(arrival('b'))];
    const taken: string[] = [];
    arrivals.listen(async ({ files }) => void taken.push(files[0].path));
    added.push(arrivals.add(arrival('c')));
    expect(await Promise.all(added)).toEqual([true, true, true]);
    expect(taken).toEqual(['a', 'b', 'c']);
  });

  it('are left when they could not be kept', async () => {
    const arrivals = new Arrivals();
    arrivals.listen(() => Promise.reject(new Error('full')));
    expect(await arrivals.add(arrival('a'))).toBe(false);
    expect(await arrivals.add({ from: 'share', files: [] })).toBe(false);
  });
});

it('an offer to install can be used once, and is gone when the app was installed', async () => {
  const target = new EventTarget();
  const install = new Install(target);
  const changed = vi.fn();
  install.addEventListener('change', changed);
  expect(await install.ask()).toBe(false);
  const offer = () =>
    Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
      prompt: async () => ({ outcome: 'accepted' }),
    });
  const first = offer();
  target.dispatchEvent(first);
  expect([first.defaultPrevented, install.isOffered]).toEqual([true, true]);
  expect(await install.ask()).toBe(true);
  expect(install.isOffered).toBe(false);
  target.dispatchEvent(offer());
  target.dispatchEvent(new Event('appinstalled'));
  expect(install.isOffered).toBe(false);
  expect(changed).toHaveBeenCalledTimes(4);
});

describe('names of files', () => {
  it('are readable and safe', () => {
    expect(timeName(new Date(2026, 0, 5, 7, 8, 9, 42))).toBe('2026-01-05 07.08.09.042');
    expect(nameOfText('  What is\n"this"/that? ')).toBe('What is this that');
    expect(nameOfText(`${'long '.repeat(20)}`)).toBe('long long long long long long long long long long long long');
    expect(nameOfText('x'.repeat(80))).toBe('x'.repeat(60));
    expect(nameOfText('...')).toBe('');
    expect(['a/b\\c.txt', 'a.txt', '', 'a/'].map(fileNameOf)).toEqual(['c.txt', 'a.txt', 'unnamed', 'unnamed']);
  });

  it('are read with their files and texts, oldest first', async () => {
    const at = (name: string) => `https://a.example/library/.shared/${name}`;
    const entries: [string, Response][] = [
      [at('2000-b/fields'), Response.json({ title: '', text: 'later', url: '' })],
      [at('1000-a/0'), new Response('x', { headers: { [NAME_HEADER]: encodeURIComponent('é/b.txt') } })],
      [at('1000-a/fields'), Response.json({ title: '', text: '', url: '' })],
      ['https://a.example/other', new Response('y')],
    ];
    const cache = {
      keys: async () => entries.map(([url]) => new Request(url)),
      match: async (url: RequestInfo | URL) => entries.find(([key]) => key === url)?.[1],
    };
    const shares = await readShares(cache);
    expect(shares.map(({ files }) => files.map(({ path }) => path.replace(/^shared\/[^/]+\//, '')))).toEqual([
      ['b.txt'],
      ['later.md'],
    ]);
    expect(shares.map(({ keys }) => keys.length)).toEqual([2, 1]);
  });

  it('of one share, or of two at one second, are all kept though they are called the same', async () => {
    const at = (name: string) => `https://a.example/library/.shared/${name}`;
    const named = (name: string) => new Response('x', { headers: { [NAME_HEADER]: encodeURIComponent(name) } });
    const entries: [string, Response][] = [
      [at('5000-a/0'), named('scan.pdf')],
      [at('5000-a/1'), named('scan.pdf')],
      [at('5000-a/2'), named('scan (2).pdf')],
      [at('5000-a/3'), named('notes.md')],
      [at('5000-a/fields'), Response.json({ title: 'notes', text: 'more', url: '' })],
      [at('5009-b/0'), named('scan.pdf')],
    ];
    const shares = await readShares({
      keys: async () => entries.map(([url]) => new Request(url)),
      match: async (url: RequestInfo | URL) => entries.find(([key]) => key === url)?.[1],
    });
    const paths = shares.flatMap(({ files }) => files.map(({ path }) => path));
    expect(new Set(paths).size).toBe(entries.length);
    expect(shares[0].files.map(({ path }) => path.replace(/^shared\/[^/]+\//, ''))).toEqual([
      'scan.pdf',
      'scan (2).pdf',
      'scan (2) (2).pdf',
      'notes.md',
      'notes (2).md',
    ]);
  });

  it('say an address once', async () => {
    const shared = (title: string, text: string, url: string) => sharedText({ title, text, url })?.file.text();
    expect(await shared('T', 'see https://x.example', 'https://x.example')).toBe('# T\n\nsee https://x.example\n');
    expect(await shared('', '', 'https://x.example')).toBe('https://x.example\n');
    expect(await shared('', ' ', '')).toBeUndefined();
  });

  it('are kept by the service worker as they are read here', () => {
    expect(shareTarget).toContain("'latelight-shared'");
    expect(shareTarget).toContain(`'${NAME_HEADER}'`);
  });
});

it('an address says what the page was started for, once', () => {
  const start = (query: string) => readStart(`https://a.example/library/${query}`);
  expect(start('?add').action).toBe('add');
  expect(start('?search#doc=1')).toEqual({
    action: 'search',
    shareFailed: false,
    address: 'https://a.example/library/#doc=1',
  });
  expect(start('?q=x&shared=failed')).toMatchObject({ shareFailed: true, address: 'https://a.example/library/?q=x' });
  expect(start('?shared')).toMatchObject({ action: undefined, shareFailed: false });
});

describe('web app manifest', () => {
  const manifest = JSON.parse(manifestText);
  const accepted: string[] = (Object.values(manifest.file_handlers[0].accept) as string[][]).flat();

  it('opens every kind of document that is read, and no other', () => {
    for (const extension of accepted) expect(documentKind(`a${extension}`), extension).toBeDefined();
    const known = [...kindSource.matchAll(/\\\.\(?([\w|]+)\)?\$\/i/g)].flatMap(([, names]) => names.split('|'));
    expect(known.length).toBeGreaterThan(70);
    expect(known.filter((name) => !accepted.includes(`.${name}`))).toEqual([]);
    for (const name of ['html', 'htm', 'xhtml', 'md', 'mdx', 'markdown']) expect(accepted).toContain(`.${name}`);
  });

  it('takes in a share what it opens', () => {
    const { accept } = manifest.share_target.params.files[0];
    expect(accept).toEqual([...Object.keys(manifest.file_handlers[0].accept), ...accepted]);
  });
});
