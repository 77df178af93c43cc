import { expect, it } from 'vitest';
import { isComposing } from './composing.ts';

const key = (init: object) => ({ isComposing: false, keyCode: 13, ...init }) as KeyboardEvent;

it('tells keys of an input method from others, in the order of events that Safari has, too', () => {
  expect(isComposing(key({ isComposing: true, keyCode: 229 }))).toBe(true);
  expect(isComposing(key({ keyCode: 229 }))).toBe(true);
  expect(isComposing(key({}))).toBe(false);
});
