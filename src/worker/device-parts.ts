// What an engine has on a device. When the device is lost or refuses, all of it is opened again, on another (or on the CPU, under `auto`),
// and what failed is done once more. Of an index and of the library alike.

import type { Encoder } from '../encoder/encoder.ts';
import { inSentence, LatelightError, messageOf, throwIfAborted, unlessAborted } from '../errors.ts';
import type { DeviceChoice } from './gpu-device.ts';
import type { Device } from './open-encoder.ts';

export interface DeviceParts {
  /** There from the start; what it is needed for waits for it. */
  encoder: Promise<Encoder>;
  choice: DeviceChoice;
  /** Ends the opening of the encoder. */
  giveUp: AbortController;
}

export interface Reopening {
  /** @throws LatelightError `no-webgpu` */
  choose: () => Promise<DeviceChoice>;
  /** Fills scorers there. */
  fill: (choice: DeviceChoice) => Promise<void>;
  openEncoder: (choice: DeviceChoice, signal: AbortSignal) => Promise<Encoder>;
}

/** A device may be lost, and the one that is chosen then refuse; under `auto` none is left to fail after that. */
const MOST_RECOVERIES = 2;

export class RecoverableParts {
  private readonly wanted: Device;
  private readonly reopening: Reopening;
  private parts: DeviceParts;
  private hasOpened = false;
  private recovering: Promise<void> | undefined;
  private isClosed = false;

  constructor(parts: DeviceParts, wanted: Device, reopening: Reopening) {
    this.parts = parts;
    this.wanted = wanted;
    this.reopening = reopening;
    this.noteOpened(parts);
  }

  /** Whether there was an encoder yet. Full is the stage then, also while another is opened in its place. */
  get isFull(): boolean {
    return this.hasOpened;
  }

  /** Rejects when it is given up for another, which who uses these parts then waits for. */
  get encoder(): Promise<Encoder> {
    const { encoder, giveUp } = this.parts;
    return unlessAborted(encoder, giveUp.signal, 'open');
  }

  get notice(): string {
    return this.parts.choice.notice;
  }

  /**
   * @param work may be done again, on what is opened then
   * @throws what `work` does; `device-lost` when no other device can be had
   */
  async use<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let recoveries = 0; ; recoveries++) {
      const { parts } = this;
      try {
        return await work();
      } catch (error) {
        throwIfAborted(signal, 'search');
        // Parts that were replaced under the work may be what it failed of.
        const isAgain = this.recovering !== undefined || this.parts !== parts || (await isDeviceFailure(error, parts));
        throwIfAborted(signal, 'search');
        if (this.isClosed || !isAgain || recoveries === MOST_RECOVERIES) throw error;
        if (this.parts === parts) await unlessAborted(this.recoverOnce(error), signal, 'search');
      }
    }
  }

  close(): void {
    this.isClosed = true;
    void closeOnceOpen(this.parts);
    this.parts.choice.device?.destroy();
  }

  private noteOpened({ encoder, giveUp }: Pick<DeviceParts, 'encoder' | 'giveUp'>): void {
    const opened = () => {
      if (!giveUp.signal.aborted) this.hasOpened = true;
    };
    encoder.then(opened, () => undefined);
  }

  private recoverOnce(error: unknown): Promise<void> {
    this.recovering ??= this.recover(error).finally(() => {
      this.recovering = undefined;
    });
    return this.recovering;
  }

  /**
   * Scorers first: before the full stage they are all that a search needs, and the encoder follows.
   * @param error what it is for
   */
  private async recover(error: unknown): Promise<void> {
    const { wanted, parts: lost } = this;
    const old = lost.choice;
    const isGone = await isLost(old.device);
    const choice = isGone || wanted !== 'auto' ? await this.chooseAnother() : { notice: '' };
    // What it has downloaded is kept for the next.
    lost.giveUp.abort();
    // Not before: it may have opened while another device was looked for.
    const { hasOpened } = this;
    const closed = closeOnceOpen(lost);
    if (hasOpened) await closed;
    old.device?.destroy();
    const parts = await openOrWithout(choice, wanted, async (on) => {
      await this.reopening.fill(on);
      const giveUp = new AbortController();
      const encoder = closed.then(() => this.reopening.openEncoder(on, giveUp.signal));
      this.noteOpened({ encoder, giveUp });
      if (hasOpened) await encoder;
      return { encoder, choice: on, giveUp };
    });
    const { device, notice } = parts.choice;
    const why = isGone ? 'The GPU device was lost' : `The GPU refused (${messageOf(error)})`;
    parts.choice = { device, notice: device ? notice : `${why}; searching goes on with WASM.` };
    this.parts = parts;
    if (this.isClosed) this.close();
  }

  private async chooseAnother(): Promise<DeviceChoice> {
    try {
      return await this.reopening.choose();
    } catch (cause) {
      throw new LatelightError(
        'device-lost',
        `search: the GPU device was lost, and no other could be had: ${inSentence(cause)}. Reload the page, or open with device 'auto'.`,
        { cause },
      );
    }
  }
}

/**
 * Opens on a device; under `auto`, when it refuses (it has no memory left, say), once more without one. What was downloaded is in the cache.
 * A device that is not kept is destroyed.
 * @param open leaves nothing behind when it fails
 */
export async function openOrWithout<T>(
  choice: DeviceChoice,
  wanted: Device,
  open: (choice: DeviceChoice) => Promise<T>,
): Promise<T> {
  try {
    return await open(choice);
  } catch (error) {
    choice.device?.destroy();
    if (!choice.device || wanted !== 'auto' || !isDeviceLost(error)) throw error;
    return open({ notice: `WebGPU is not in use: the GPU refused (${error.message}).` });
  }
}

/** Under `auto`, a model that does not open on a device is laid at the device's door: on the CPU it may. */
export function blamingDevice(encoder: Promise<Encoder>, { device }: DeviceChoice, wanted: Device): Promise<Encoder> {
  if (!device || wanted !== 'auto') return encoder;
  return encoder.catch((error) => {
    if (error instanceof LatelightError && error.code !== 'bad-model') throw error;
    throw new LatelightError('device-lost', messageOf(error), { cause: error });
  });
}

/** Settles when there is nothing of it any more, or was not to be. */
function closeOnceOpen({ encoder }: DeviceParts): Promise<void> {
  return encoder.then((opened) => opened.close()).catch(() => undefined);
}

/** Whether the device went away, or refused. */
export function isDeviceLost(error: unknown): error is LatelightError {
  return error instanceof LatelightError && error.code === 'device-lost';
}

async function isDeviceFailure(error: unknown, { choice: { device } }: DeviceParts): Promise<boolean> {
  if (!device) return false;
  return isDeviceLost(error) || isLost(device);
}

/** A lost device fails in many ways (scorer, runtime, read-back): ask the device itself. */
async function isLost(device: GPUDevice | undefined): Promise<boolean> {
  if (!device) return false;
  const pending = Symbol('pending');
  return (await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, 50, pending))])) !== pending;
}
