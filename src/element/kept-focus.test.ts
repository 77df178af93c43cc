// Only that updates look for no links while focus is where none are needed; the rest is in e2e/instant.spec.ts and e2e/widget-results.spec.ts.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { KeptFocus, type KeptFocusHost } from './kept-focus.ts';

class Focusable {
  isConnected = true;
  focus = vi.fn();
  readonly hit: string | undefined;
  readonly selector: string;
  constructor(selector: string, hit?: string) {
    this.selector = selector;
    this.hit = hit;
  }
  matches = (selector: string) => selector === this.selector;
  closest = () => (this.hit === undefined ? null : { dataset: { hit: this.hit } });
}

beforeEach(() => vi.stubGlobal('HTMLElement', Focusable));
afterEach(() => vi.unstubAllGlobals());

function update(focused: Focusable, before: Focusable[], after: Focusable[]) {
  const look = vi.fn(() => before);
  const host = {
    ...{ addController: () => undefined, box: null, shadowRoot: { activeElement: focused } },
    get hitLinks() {
      return look();
    },
  };
  const kept = new KeptFocus(host as unknown as KeptFocusHost);
  kept.hostUpdate();
  look.mockReturnValue(after);
  kept.hostUpdated();
  return look;
}

const links = (...hits: string[]) => hits.map((hit) => new Focusable('a', hit));

it('with focus in the box no links are looked for', () => {
  expect(update(new Focusable('#box'), links('a'), links('b'))).not.toHaveBeenCalled();
});

it('with focus on the button for more the first of them has it', () => {
  const after = links('a', 'b', 'c');
  update(new Focusable('.more[aria-disabled=true]'), links('a'), after);
  expect(after.map(({ focus }) => focus.mock.calls.length)).toEqual([0, 1, 0]);
});

it('with focus on a hit that went the one in its place has it', () => {
  const [first, second] = links('a', 'b');
  second.isConnected = false;
  const after = links('c', 'd');
  update(second, [first, second], after);
  expect(after.map(({ focus }) => focus.mock.calls.length)).toEqual([0, 1]);
});
