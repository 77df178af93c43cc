// What keys lead to, and that links are looked for by no other: real ones are in e2e/widget-keys.spec.ts.

import { beforeEach, expect, it, vi } from 'vitest';
import { Keyboard, type KeyboardHost } from './keyboard.ts';

const link = { focus: vi.fn() };
const box = { value: 'reef', blur: vi.fn() };
const look = vi.fn(() => [link]);
const host = {
  ...{ addController: () => undefined, clear: vi.fn(), searchNow: vi.fn() },
  ...{ box, isSettled: true, isModal: false },
  get stops() {
    return look();
  },
  get hitLinks() {
    return look();
  },
};
const press = (key: string) =>
  new Keyboard(host as unknown as KeyboardHost).onBoxKey({ key, preventDefault: () => undefined } as KeyboardEvent);

beforeEach(() => {
  vi.clearAllMocks();
  host.isSettled = true;
});

it('letters and Escape in the box look for no links', () => {
  for (const key of ['r', 'Backspace', 'ArrowLeft', 'Escape']) press(key);
  expect(look).not.toHaveBeenCalled();
  expect(host.clear).toHaveBeenCalledOnce();
});

it('Enter looks for them only when hits answer what the box holds', () => {
  host.isSettled = false;
  press('Enter');
  expect([host.searchNow.mock.calls.length, look.mock.calls.length]).toEqual([1, 0]);
  host.isSettled = true;
  press('Enter');
  expect(link.focus).toHaveBeenCalledOnce();
});

it('Down goes to the first, if there is one', () => {
  press('ArrowDown');
  expect(link.focus).toHaveBeenCalledOnce();
  look.mockReturnValueOnce([]);
  press('ArrowDown');
  expect(link.focus).toHaveBeenCalledOnce();
});
