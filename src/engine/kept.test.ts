import { expect, it } from 'vitest';
import { Kept } from './kept.ts';

it('gives what was made before, lets the oldest go, and keeps no failure', async () => {
  const kept = new Kept<string>(2);
  let made = 0;
  const make = async () => `made ${++made}`;
  expect([await kept.get(1, make), await kept.get(1, make)]).toEqual(['made 1', 'made 1']);
  await kept.get(2, make);
  await kept.get(3, make);
  expect(await kept.get(1, make)).toBe('made 4');
  await expect(kept.get(5, () => Promise.reject(new Error('offline')))).rejects.toThrow('offline');
  expect(await kept.get(5, make)).toBe('made 5');
});

it('keeps what was made after one that fails late was let go of', async () => {
  const kept = new Kept<string>(1);
  let fail = () => {};
  const slow = kept.get(
    1,
    () =>
      new Promise((_, reject) => {
        fail = () => reject(new Error('offline'));
      }),
  );
  await kept.get(2, async () => 'two'); // lets the slow one go
  const again = kept.get(1, async () => 'one');
  fail();
  await expect(slow).rejects.toThrow('offline');
  expect(kept.get(1, async () => 'made twice')).toBe(again);
});
