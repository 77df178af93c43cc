import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { catchSignals } from './interrupt.ts';

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s cancels what runs, and a second signal ends the process at once', (name, code) => {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  const { signal, exitCode } = catchSignals(
    (event, listener) => emitter.on(event, listener),
    (with_) => exits.push(with_),
  );
  expect([signal.aborted, exitCode()]).toEqual([false, undefined]);
  emitter.emit(name);
  expect([signal.aborted, exitCode(), exits]).toEqual([true, code, []]);
  emitter.emit(name);
  expect(exits).toEqual([code]);
});

it('may have a listener for each of many hits, of which Node does not warn', () => {
  const { signal } = catchSignals(
    () => {},
    () => {},
  );
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  for (let hit = 0; hit < 50; hit++) signal.addEventListener('abort', () => {});
  expect(warn.mock.calls).toEqual([]);
  warn.mockRestore();
});
