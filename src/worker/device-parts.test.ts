// A device that is lost, refuses, or cannot be had again: what is opened in its place, what is closed, and what callers hear.

import { expect, it, vi } from 'vitest';
import type { Encoder } from '../encoder/encoder.ts';
import { LatelightError } from '../errors.ts';
import { blamingDevice, openOrWithout, RecoverableParts, type Reopening } from './device-parts.ts';
import type { DeviceChoice } from './gpu-device.ts';

const lostError = () => new LatelightError('device-lost', 'webgpu-scorer: lost');

/** A device as far as it is asked for anything here. */
function fakeDevice() {
  let lose = () => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  const fake = { lost, lose, destroyed: 0, destroy: () => void fake.destroyed++ };
  return fake;
}

const choiceOf = (device: ReturnType<typeof fakeDevice>): DeviceChoice => ({
  device: device as unknown as GPUDevice,
  notice: '',
});

function fakeEncoder() {
  const fake = { closed: 0, close: async () => void fake.closed++ };
  return fake;
}

const promiseOf = (encoder: ReturnType<typeof fakeEncoder>) => Promise.resolve(encoder as unknown as Encoder);

function lateEncoder() {
  let arrive = (_: ReturnType<typeof fakeEncoder>) => {};
  let fail = (_: Error) => {};
  const arriving = new Promise<Encoder>((resolve, reject) => {
    arrive = (encoder) => resolve(encoder as unknown as Encoder);
    fail = reject;
  });
  return { arriving, arrive, fail };
}

function partsOn(wanted: 'auto' | 'webgpu', reopening: Partial<Reopening> = {}, encoderOf = promiseOf) {
  const device = fakeDevice();
  const encoder = fakeEncoder();
  const opened: DeviceChoice[] = [];
  const next = fakeDevice();
  const giveUp = new AbortController();
  const parts = new RecoverableParts({ encoder: encoderOf(encoder), choice: choiceOf(device), giveUp }, wanted, {
    choose: async () => choiceOf(next),
    fill: async (choice) => void opened.push(choice),
    openEncoder: () => promiseOf(fakeEncoder()),
    ...reopening,
  });
  /** Fails until something was opened again. */
  const work = async () => {
    if (opened.length === 0) throw lostError();
    return opened.length;
  };
  return { parts, device, encoder, giveUp, next, opened, work };
}

it('opens another device when one was lost, once for all that noticed, and does their work again', async () => {
  const { parts, device, encoder, next, opened, work } = partsOn('auto');
  device.lose();
  expect(await Promise.all([parts.use(work), parts.use(work)])).toEqual([1, 1]);
  expect(opened).toEqual([choiceOf(next)]);
  expect([device.destroyed, encoder.closed, next.destroyed, parts.notice]).toEqual([1, 1, 0, '']);
});

it('goes on without a device, and says so, when one that is still there refuses and none was asked for', async () => {
  const { parts, device, opened, work } = partsOn('auto');
  expect(await parts.use(work)).toBe(1);
  expect(opened.map((choice) => choice.device)).toEqual([undefined]);
  expect(device.destroyed).toBe(1);
  expect(parts.notice).toBe('The GPU refused (webgpu-scorer: lost); searching goes on with WASM.');
});

it('opens a device that was asked for by name again, and hands on what it fails with', async () => {
  const { parts, next } = partsOn('webgpu', { openEncoder: () => Promise.reject(lostError()) });
  await expect(parts.use(() => Promise.reject(lostError()))).rejects.toMatchObject({ code: 'device-lost' });
  expect(next.destroyed).toBe(1);
});

it('destroys every device that a recovery opened in vain, and tries again with the next search', async () => {
  const made: ReturnType<typeof fakeDevice>[] = [];
  let isOffline = true;
  const { parts, device } = partsOn('auto', {
    choose: async () => {
      made.push(fakeDevice());
      return choiceOf(made.at(-1)!);
    },
    openEncoder: () =>
      isOffline ? Promise.reject(new LatelightError('download-failed', 'offline')) : promiseOf(fakeEncoder()),
  });
  device.lose();
  let isLost = true;
  const work = async () => {
    if (isLost) throw lostError();
  };
  for (let i = 0; i < 2; i++) await expect(parts.use(work)).rejects.toMatchObject({ code: 'download-failed' });
  expect(made.map(({ destroyed }) => destroyed)).toEqual([1, 1]);
  isOffline = false;
  const recovered = parts.use(async () => {
    await work().finally(() => {
      isLost = false;
    });
  });
  await recovered;
  expect(made.map(({ destroyed }) => destroyed)).toEqual([1, 1, 0]);
});

it("leaves failures that are not the device's to the caller", async () => {
  const { parts, opened } = partsOn('auto');
  const wrong = new LatelightError('bad-option', 'search: wrong');
  await expect(parts.use(() => Promise.reject(wrong))).rejects.toBe(wrong);
  expect(opened).toEqual([]);
});

it('recovers nothing for a search that is cancelled, nor once it is closed', async () => {
  const { parts, opened, encoder, device, work } = partsOn('auto');
  device.lose();
  await expect(parts.use(work, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  parts.close();
  await expect(parts.use(work)).rejects.toMatchObject({ code: 'device-lost' });
  expect([opened.length, encoder.closed, device.destroyed]).toEqual([0, 1, 1]);
});

it('closes what a recovery opens after it was closed', async () => {
  const late = lateEncoder();
  let isOpening = false;
  const { parts, device, next, encoder } = partsOn('auto', {
    openEncoder: () => {
      isOpening = true;
      return late.arriving;
    },
  });
  device.lose();
  let isLost = true;
  const used = parts.use(async () => {
    if (isLost) throw lostError();
  });
  await vi.waitFor(() => expect(isOpening).toBe(true));
  parts.close();
  isLost = false;
  const opened = fakeEncoder();
  late.arrive(opened);
  await used;
  expect([encoder.closed > 0, opened.closed, next.destroyed]).toEqual([true, 1, 1]);
});

it('goes on with the instant stage while the encoder of the device that was lost is still on its way', async () => {
  const [late, another] = [lateEncoder(), lateEncoder()];
  const signals: AbortSignal[] = [];
  const { parts, device, giveUp, next, opened, work } = partsOn(
    'auto',
    {
      openEncoder: (_, signal) => {
        signals.push(signal);
        return another.arriving;
      },
    },
    () => late.arriving,
  );
  device.lose();
  const ready = parts.use(() => parts.encoder);
  expect(await parts.use(work)).toBe(1);
  expect(opened).toEqual([choiceOf(next)]);
  expect([giveUp.signal.aborted, signals.length, parts.isFull]).toEqual([true, 0, false]);
  // One that arrives all the same is closed, and is not the encoder that is waited for.
  const [old, fresh] = [fakeEncoder(), fakeEncoder()];
  late.arrive(old);
  await vi.waitFor(() => expect(signals).toHaveLength(1));
  expect([old.closed, signals[0].aborted, parts.isFull]).toEqual([1, false, false]);
  another.arrive(fresh);
  expect(await ready).toBe(fresh);
  expect(parts.isFull).toBe(true);
});

it('goes on without a device when one is lost and the next does not open the model', async () => {
  const late = lateEncoder();
  const { parts, device, giveUp, opened } = partsOn(
    'auto',
    { openEncoder: ({ device: on }) => (on ? Promise.reject(lostError()) : promiseOf(fakeEncoder())) },
    () => late.arriving,
  );
  giveUp.signal.addEventListener('abort', () => late.fail(new LatelightError('aborted', 'open: aborted')));
  device.lose();
  const ready = parts.use(() => parts.encoder);
  expect(await parts.use(async () => (opened.length === 0 ? Promise.reject(lostError()) : opened.length))).toBe(1);
  await ready;
  expect(opened.map((choice) => choice.device === undefined)).toEqual([false, true]);
  expect(parts.notice).toBe('The GPU refused (webgpu-scorer: lost); searching goes on with WASM.');
});

it('opens once more without the device that refuses, under auto only', async () => {
  const refuse = async ({ device, notice }: DeviceChoice) => {
    if (device) throw new LatelightError('device-lost', 'addShard: no bytes left');
    return notice;
  };
  const [auto, named] = [fakeDevice(), fakeDevice()];
  expect(await openOrWithout(choiceOf(auto), 'auto', refuse)).toContain('addShard: no bytes left');
  await expect(openOrWithout(choiceOf(named), 'webgpu', refuse)).rejects.toMatchObject({ code: 'device-lost' });
  expect([auto.destroyed, named.destroyed]).toEqual([1, 1]);
});

it('does not open once more after a download that failed', async () => {
  const device = fakeDevice();
  let opened = 0;
  const open = async () => {
    opened++;
    throw new LatelightError('download-failed', 'offline');
  };
  await expect(openOrWithout(choiceOf(device), 'auto', open)).rejects.toMatchObject({ code: 'download-failed' });
  expect([opened, device.destroyed]).toEqual([1, 1]);
});

it('blames the device for a model that does not open on it, unless it was asked for by name', async () => {
  const opening = () => Promise.reject<Encoder>(new LatelightError('bad-model', 'encoder: cannot open'));
  const choice = choiceOf(fakeDevice());
  await expect(blamingDevice(opening(), choice, 'auto')).rejects.toMatchObject({ code: 'device-lost' });
  await expect(blamingDevice(opening(), choice, 'webgpu')).rejects.toMatchObject({ code: 'bad-model' });
  await expect(blamingDevice(opening(), { notice: '' }, 'auto')).rejects.toMatchObject({ code: 'bad-model' });
});
