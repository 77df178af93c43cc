// WebKitGTK's MiniBrowser, the engine of Safari on Linux, over WebDriver. It wants a display: one that shows nothing is started for it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { Builder, Capabilities } from 'selenium-webdriver';
import type { OtherBrowser } from './browser.ts';
import { answered, KEYS, SCRIPT_MS, type ScriptAnswer, scriptOf } from './page-script.ts';

// A folder, which only `require` resolves; the types name it so.
const { DriverService } = createRequire(import.meta.url)(
  'selenium-webdriver/remote',
) as typeof import('selenium-webdriver/remote');

export interface WebKitFiles {
  driver: string;
  browser: string;
  display: string;
}

/** What Safari has on and WebKitGTK off, though it is built in: the origin private file system. */
const SAFARI_FEATURES = '--features=FileSystem,AccessHandle,StorageAPI,StorageAPIEstimate';

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
      url: () => driver.getCurrentUrl(),
      evaluate: async (run: (argument: never) => unknown, argument?: unknown) => {
        return answered(await driver.executeAsyncScript<ScriptAnswer | null>(scriptOf(run), argument));
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
