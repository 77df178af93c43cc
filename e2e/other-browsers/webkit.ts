// WebKitGTK's MiniBrowser, the engine of Safari on Linux, over WebDriver. It wants a display: one that shows nothing is started for it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { Builder, Capabilities, Key } from 'selenium-webdriver';
import type { KeyName, OtherBrowser } from './browser.ts';

// A folder, which only `require` resolves; the types name it so.
const { DriverService } = createRequire(import.meta.url)(
  'selenium-webdriver/remote',
) as typeof import('selenium-webdriver/remote');

export interface WebKitFiles {
  driver: string;
  browser: string;
  display: string;
}

const KEYS: Record<KeyName, string> = { ArrowDown: Key.ARROW_DOWN, Enter: Key.ENTER, Escape: Key.ESCAPE };

/** What Safari has on and WebKitGTK off, though it is built in: the origin private file system. */
const SAFARI_FEATURES = '--features=FileSystem,AccessHandle,StorageAPI,StorageAPIEstimate';

/** Of a function that runs in a page. */
const SCRIPT_MS = 240_000;

/** What a page's script answers with: a rejection there has no name here otherwise. */
type Answer = { value: unknown } | { error: string };

export async function openWebKit(files: WebKitFiles): Promise<OtherBrowser> {
  const display = await startDisplay(files.display);
  const service = new DriverService.Builder(files.driver)
    .setLoopback(true)
    .setEnvironment({ ...process.env, DISPLAY: display.name } as Record<string, string>)
    .build();
  try {
    const driver = await new Builder()
      .usingServer(await service.start())
      .withCapabilities(
        new Capabilities({
          browserName: 'MiniBrowser',
          'webkitgtk:browserOptions': { binary: files.browser, args: ['--automation', SAFARI_FEATURES] },
        }),
      )
      .build();
    await driver.manage().setTimeouts({ script: SCRIPT_MS });
    const version = (await driver.getCapabilities()).getBrowserVersion();
    const press = (keys: string) => driver.actions().sendKeys(keys).perform();
    return {
      version: `webkit/${version}`,
      goto: (url) => driver.get(url),
      evaluate: async (run: (argument: never) => unknown, argument?: unknown) => {
        const answer = await driver.executeAsyncScript<Answer>(
          `const [argument, done] = arguments;
           Promise.resolve(argument).then(${run}).then((value) => done({ value }), (error) => done({ error: [String(error), error?.code, error?.cause, error?.stack].join("\\n") }));`,
          argument,
        );
        if ('error' in answer) throw new Error(answer.error);
        return answer.value as never;
      },
      type: press,
      press: (key) => press(KEYS[key]),
      back: () => driver.navigate().back(),
      close: async () => {
        await driver.quit();
        await service.kill();
        display.process.kill();
      },
    };
  } catch (error) {
    await service.kill();
    display.process.kill();
    throw error;
  }
}

/** An X server without a screen, at a number that is free. */
async function startDisplay(executable: string): Promise<{ name: string; process: ChildProcess }> {
  const child = spawn(executable, ['-displayfd', '3', '-screen', '0', '1280x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${executable}: expected a display, ended with code ${code}`);
  });
  const [number] = await Promise.race([once(child.stdio[3] as Readable, 'data'), ended]);
  ended.catch(() => undefined);
  return { name: `:${String(number).trim()}`, process: child };
}
