// What surrounds the library in this browser: updates, installing, files from outside, what it was started for. Wires the parts to the window.

import { Workbox } from 'workbox-window';
import { filesOfHandles } from '../app/collect-files.ts';
import type { AddedFile } from '../types.ts';
import { Arrivals } from './arrivals.ts';
import { Install } from './install.ts';
import { readShares, SHARED_CACHE } from './shared-files.ts';
import { readStart, type Start } from './start.ts';
import { Updates } from './updates.ts';

/** File handling and launches of installed apps, as Chromium has them. */
interface LaunchParams {
  targetURL?: string;
  files: readonly FileSystemFileHandle[];
}

declare global {
  interface Window {
    launchQueue?: { setConsumer(consumer: (params: LaunchParams) => void): void };
  }
}

export interface Shell {
  /** Nothing in a browser, or a window, that has no service workers. */
  updates: Updates | undefined;
  install: Install;
  arrivals: Arrivals;
  /** Called at once, and again when the installed app is launched while it is open. */
  onStart(listener: (start: Start) => void): void;
}

export function openShell(): Shell {
  const arrivals = new Arrivals();
  const listeners: ((start: Start) => void)[] = [];
  let started = readStart(location.href);
  history.replaceState(history.state, '', started.address);

  window.launchQueue?.setConsumer((params) => {
    void addOpened(arrivals, params.files);
    void addShared(arrivals);
    if (!params.targetURL) return;
    started = readStart(params.targetURL);
    for (const listener of listeners) listener(started);
  });
  const updates = openUpdates();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    void addShared(arrivals);
    void updates?.check();
  });
  void addShared(arrivals);
  return {
    updates,
    install: new Install(window),
    arrivals,
    onStart(listener) {
      listeners.push(listener);
      listener(started);
    },
  };
}

function openUpdates(): Updates | undefined {
  if (!('serviceWorker' in navigator)) return undefined;
  const updates = new Updates({
    workbox: new Workbox('sw.js', { updateViaCache: 'none' }),
    container: navigator.serviceWorker,
    reload: () => location.reload(),
    now: () => Date.now(),
  });
  void updates.register();
  return updates;
}

/** A file that is opened again takes the place of what it was. */
async function addOpened(arrivals: Arrivals, handles: readonly FileSystemFileHandle[]): Promise<void> {
  const files: AddedFile[] = [];
  for await (const file of filesOfHandles(handles)) files.push(file);
  await arrivals.add({ from: 'open', files });
}

/** One tab takes what was shared: the others find nothing of it when it is their turn. */
async function addShared(arrivals: Arrivals): Promise<void> {
  if (!('caches' in window) || !(await caches.has(SHARED_CACHE).catch(() => false))) return;
  await navigator.locks.request(SHARED_CACHE, async () => {
    const cache = await caches.open(SHARED_CACHE);
    for (const { files, keys } of await readShares(cache)) {
      if (files.length > 0 && !(await arrivals.add({ from: 'share', files }))) continue;
      for (const key of keys) await cache.delete(key);
    }
  });
}
