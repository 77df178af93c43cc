// What a paste gives, on a page that has nothing but its events.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FileStream } from '../collect-files.ts';
import { Intake } from './intake.ts';

class Field extends EventTarget {
  readonly isContentEditable = false;
  matches = () => true;
}

let page: EventTarget;
beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal('document', page);
  vi.stubGlobal('HTMLElement', Field);
});
afterEach(() => vi.unstubAllGlobals());

/** Pastes into the page, or a field of it. @returns names of the files that were taken, and whether the browser does nothing more */
async function paste(files: File[], text: string, target: EventTarget = page) {
  const taken: FileStream[] = [];
  const host = { addController() {}, requestUpdate() {}, takeFiles: async (stream: FileStream) => taken.push(stream) };
  const intake = new Intake(host as never);
  intake.hostConnected();
  const event = Object.assign(new Event('paste', { cancelable: true }), {
    clipboardData: { files, getData: () => text },
    composedPath: () => [target],
  });
  page.dispatchEvent(event);
  intake.hostDisconnected();
  const names: string[] = [];
  for (const stream of taken) for await (const { path } of stream) names.push(path);
  return { names, isTaken: event.defaultPrevented };
}

const file = (name: string, type: string) => new File(['x'], name, { type });
const picture = file('image.png', 'image/png');

test('text of an office program, which comes with a picture of it, is text: in a field it stays there, else it is a document', async () => {
  expect(await paste([picture], 'tide\t12', new Field())).toEqual({ names: [], isTaken: false });
  expect(await paste([picture], 'tide\t12')).toEqual({
    names: [expect.stringMatching(/^Pasted .*\.txt$/)],
    isTaken: true,
  });
});

test('files that are pasted are taken whatever text comes with them, wherever they are pasted', async () => {
  const files = [picture, file('tides.pdf', 'application/pdf')];
  const names = ['image.png', 'tides.pdf'];
  expect(await paste(files, 'tides.pdf', new Field())).toEqual({ names, isTaken: true });
  expect(await paste([picture], '/home/me/image.png', new Field())).toEqual({ names: ['image.png'], isTaken: true });
  expect(await paste([picture], '')).toEqual({ names: ['image.png'], isTaken: true });
});
