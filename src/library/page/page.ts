// The library's page: opens the library, and puts the app in once it is there, with what surrounds it (updates, installing, files from
// outside).

import { messageOf } from '../../errors.ts';
import type { LatelightLibrary } from '../app/latelight-library.ts';
import '../app/latelight-library.ts';
import { words } from '../app/words.ts';
import { openLibrary } from '../client.ts';
import { openShell, type Shell } from '../shell/shell.ts';
import type { AddedFile, Library } from '../types.ts';
import { importReader } from './import-reader.ts';

const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector)!;

const shell = openShell();

function show(library: Library): void {
  const app = document.createElement('latelight-library');
  app.library = library;
  app.importReader = importReader;
  app.pdfAssets = {
    cMapUrl: new URL('pdf/cmaps/', document.baseURI).href,
    standardFontDataUrl: new URL('pdf/standard_fonts/', document.baseURI).href,
    wasmUrl: new URL('pdf/wasm/', document.baseURI).href,
    iccUrl: new URL('pdf/iccs/', document.baseURI).href,
  };
  bindShell(app, shell);
  find('#opening').replaceWith(app);
  shell.arrivals.listen(async ({ files }) => {
    if (!(await app.takeFiles(streamOf(files)))) throw new Error('library: the files could not be kept');
  });
  bindShares(shell);
  shell.onStart(({ action }) => void app.start(action));
}

async function* streamOf(files: readonly AddedFile[]): AsyncIterable<AddedFile> {
  yield* files;
}

function bindShell(app: LatelightLibrary, { updates, install }: Shell): void {
  const showUpdates = () => {
    app.updates = updates && { waiting: updates.isWaiting, apply: () => updates.apply() };
  };
  const showInstall = () => {
    app.install = {
      available: install.isOffered,
      prompt: async () => {
        await install.ask();
      },
    };
  };
  if (updates) updates.untilDone = () => app.untilDone();
  updates?.addEventListener('change', showUpdates);
  install.addEventListener('change', showInstall);
  showUpdates();
  showInstall();
}

/** Asks about what was shared. The question has the focus, not an answer: a key that was meant for something else gives none. */
function bindShares({ shares }: Shell): void {
  const dialog = find<HTMLDialogElement>('#share-offer');
  const show = () => {
    const { fileCount } = shares;
    if (fileCount === 0) return dialog.close();
    find('#share-question').textContent = words.shared(fileCount);
    if (!dialog.open) dialog.showModal();
  };
  dialog.addEventListener('close', () => {
    const { returnValue } = dialog;
    dialog.returnValue = '';
    if (returnValue === 'discard') void shares.discard();
    else if (returnValue !== 'add') shares.leave();
    else {
      shares.add().catch(() => {
        find('#share-failed').hidden = false;
      });
    }
  });
  shares.addEventListener('change', show);
  show();
}

function showFailure(error: unknown): void {
  find('#opening p').textContent = messageOf(error);
  find('#opening').setAttribute('role', 'alert');
}

shell.onStart(({ shared }) => {
  if (shared) find(`#share-${shared}`).hidden = false;
});
for (const notice of document.querySelectorAll<HTMLElement>('.notice')) {
  notice.querySelector('button')!.addEventListener('click', () => {
    notice.hidden = true;
  });
}

/** `?device=webgpu` or `?device=wasm`: to compare, and where the choice is a bad one. */
function wantedDevice(): 'auto' | 'webgpu' | 'wasm' {
  const device = new URLSearchParams(location.search).get('device');
  return device === 'webgpu' || device === 'wasm' ? device : 'auto';
}

openLibrary(location.href, { device: wantedDevice() }).then(show, showFailure);
// Ahead of the first document, which asks for it again and says so if it cannot be had.
addEventListener('load', () => void importReader().catch(() => undefined), { once: true });
