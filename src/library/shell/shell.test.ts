// The parts of the shell without a browser: when tabs reload, what files are called, what waits for whom.

import { describe, expect, it, vi } from 'vitest';
import { documentKind } from '../../ingest/document-kind.ts';
import kindSource from '../../ingest/document-kind.ts?raw';
import { fileNameOf, nameOfText, timeName } from '../file-names.ts';
import { type Arrival, Arrivals } from './arrivals.ts';
import { Install } from './install.ts';
import manifestText from './manifest.webmanifest?raw';
import { sharedText } from './shared-files.ts';
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

  it('that another tab took wait for what this one is doing, or for its own button', async () => {
    const { updates, workbox, reload, takeOver } = setUp({});
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    updates.untilDone = () => done;
    takeOver();
    expect(reload).not.toHaveBeenCalled();
    updates.apply();
    expect(reload).toHaveBeenCalledTimes(1);
    expect(workbox.messageSkipWaiting).not.toHaveBeenCalled();
    finish();
    await done;
    expect(reload).toHaveBeenCalledTimes(2);
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
    expect(nameOfText(`--'So-called' sharing-- `)).toBe("So-called' sharing");
    expect(['a/b\\c.txt', 'a.txt', '', 'a/'].map(fileNameOf)).toEqual(['c.txt', 'a.txt', 'unnamed', 'unnamed']);
  });

  it('say an address once', async () => {
    const shared = (title: string, text: string, url: string) => sharedText({ title, text, url })?.file.text();
    expect(await shared('T', 'see https://x.example', 'https://x.example')).toBe('# T\n\nsee https://x.example\n');
    expect(await shared('', '', 'https://x.example')).toBe('https://x.example\n');
    expect(await shared('', ' ', '')).toBeUndefined();
  });

  it('are found at once in a text of a million dashes', () => {
    const text = `x${'-'.repeat(1_000_000)}x`;
    expect(nameOfText(text)).toBe('x');
    expect(sharedText({ title: text, text: '', url: '' })?.path).toBe('x.md');
  });
});

it('an address says what the page was started for, once', () => {
  const start = (query: string) => readStart(`https://a.example/library/${query}`);
  expect(start('?add').action).toBe('add');
  expect(start('?search#doc=1')).toEqual({
    action: 'search',
    shared: undefined,
    address: 'https://a.example/library/#doc=1',
  });
  expect(start('?q=x&shared=failed')).toMatchObject({ shared: 'failed', address: 'https://a.example/library/?q=x' });
  expect(start('?shared')).toMatchObject({ action: undefined, shared: undefined });
  expect(start('?shared=refused').shared).toBe('refused');
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
