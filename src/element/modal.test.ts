// Whose a key is where several stand on a page: real dialogs are in e2e/widget-in-apps.spec.ts.

import { afterEach, expect, it, vi } from 'vitest';
import { Keyboard, type KeyboardHost } from './keyboard.ts';
import { Modal, type ModalHost } from './modal.ts';

afterEach(() => vi.unstubAllGlobals());

it('keys are not taken by another while the dialog of one is open', () => {
  const listeners: ((event: object) => void)[] = [];
  const addEventListener = (type: string, listener: (event: object) => void) =>
    type === 'keydown' && listeners.push(listener);
  const documentElement = { style: {}, clientWidth: 0 };
  vi.stubGlobal('document', { addEventListener, documentElement, activeElement: null });
  vi.stubGlobal('HTMLElement', class {});
  vi.stubGlobal('innerWidth', 0);
  const shown: string[] = [];
  const [first, second] = ['first', 'second'].map((name) => {
    const dialog = {
      open: false,
      showModal: () => Object.assign(dialog, { open: true }),
      close: () => Object.assign(dialog, { open: false }),
      checkVisibility: () => true,
    };
    const host = { dialog, isShowable: true, addController: () => {}, onModalChange: () => {}, shadowRoot: null };
    const modal = new Modal(host as unknown as ModalHost);
    const show = () => {
      modal.show();
      return shown.push(name);
    };
    new Keyboard(Object.assign(host, { show }) as unknown as KeyboardHost).hostConnected();
    return modal;
  });
  const press = () => {
    const event = { key: 'k', ctrlKey: true, metaKey: false, defaultPrevented: false, composedPath: () => [] };
    const preventDefault = () => Object.assign(event, { defaultPrevented: true });
    for (const listener of listeners) listener(Object.assign(event, { preventDefault }));
    return shown.splice(0);
  };
  second.show();
  expect([press(), first.isOpen]).toEqual([['second'], false]);
  second.hide();
  expect([press(), second.isOpen]).toEqual([['first'], false]);
});
