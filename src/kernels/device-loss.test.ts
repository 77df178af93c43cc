import { expect, it } from 'vitest';
import { onDeviceLost } from './device-loss.ts';

it('tells all who listen when the device is lost, and who comes later, but not who stopped', async () => {
  let lose = (_info: GPUDeviceLostInfo) => {};
  let waits = 0;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => {
    lose = resolve;
  });
  const device = {
    get lost() {
      waits++;
      return lost;
    },
  } as GPUDevice;
  const told: string[] = [];
  const listen = (name: string) => onDeviceLost(device, ({ message }) => told.push(`${name}: ${message}`));
  listen('first');
  const stop = listen('stopped');
  listen('second');
  stop();
  lose({ message: 'gone', reason: 'destroyed' } as GPUDeviceLostInfo);
  await lost;
  expect(told).toEqual(['first: gone', 'second: gone']);
  listen('late');
  expect(told).toEqual(['first: gone', 'second: gone', 'late: gone']);
  expect(waits).toBe(1);
});
