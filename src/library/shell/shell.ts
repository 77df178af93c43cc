// What surrounds the library in this browser: updates, installing, files from outside, what it was started for. Wires the parts to the window.

import { Workbox } from 'workbox-window';
import { filesOfHandles } from '../collect-files.ts';
import type { AddedFile } from '../types.ts';
import { Arrivals } from './arrivals.ts';
import { Install } from './install.ts';
import { Shares } from './shares.ts';
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
  shares: Shares;
  /** Called at once, and again when the installed app is launched while it is open. */
  onStart(listener: (start: Start) => void): void;
}

export function openShell(): Shell {
  const arrivals = new Arrivals();
  const shares = new Shares(arrivals);
  const listeners: ((start: Start) => void)[] = [];
  let started = readStart(location.href);
  history.replaceState(history.state, '', started.address);

  window.launchQueue?.setConsumer((params) => {
    void addOpened(arrivals, params.files);
    void shares.look();
    if (!params.targetURL) return;
    started = readStart(params.targetURL);
    for (const listener of listeners) listener(started);
  });
  const updates = openUpdates();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    void shares.look();
    void updates?.check();
  });
  void shares.look();
  return {
    updates,
    install: new Install(window),
    arrivals,
    shares,
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
