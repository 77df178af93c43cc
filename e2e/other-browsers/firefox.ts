// Firefox as distributions ship it, over Marionette. Not over WebDriver BiDi: there Firefox has each worker's debugger report to it, and
// a worker that starts another stood still for ever in one run of six (153 ESR; none of 40 without it).

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { OtherBrowser } from './browser.ts';
import { Marionette } from './marionette.ts';
import { answered, KEYS, SCRIPT_MS, type ScriptAnswer, scriptOf } from './page-script.ts';

/** Milliseconds in which it starts, and milliseconds between two looks whether it has. */
const START_MS = 60_000;
const LOOK_MS = 50;

const WINDOW = { width: 1280, height: 1000 };

export async function openFirefox(
  executablePath: string,
  preferences: Record<string, boolean | number | string> = {},
): Promise<OtherBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'latelight-firefox-'));
  // A free port, which it writes down.
  const lines = Object.entries({ ...preferences, 'marionette.port': 0, 'devtools.jsonview.enabled': false }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, 'user.js'), lines.join(''));
  const firefox = spawn(executablePath, ['--headless', '--marionette', '--no-remote', '--profile', profile], {
    stdio: 'ignore',
  });
  const end = () => void firefox.kill('SIGKILL');
  process.once('exit', end);
  const close = async () => {
    process.off('exit', end);
    if (firefox.exitCode === null && firefox.signalCode === null) {
      const exit = once(firefox, 'exit');
      end();
      await exit;
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const marionette = await Marionette.connect(await portOf(profile, firefox));
    const { capabilities } = await marionette.send<{ capabilities: { browserVersion: string } }>(
      'WebDriver:NewSession',
      { capabilities: { alwaysMatch: { timeouts: { script: SCRIPT_MS } } } },
    );
    await marionette.send('WebDriver:SetWindowRect', WINDOW);
    const press = async (keys: string) => {
      const actions = [...keys].flatMap((value) => ['keyDown', 'keyUp'].map((type) => ({ type, value })));
      await marionette.send('WebDriver:PerformActions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
    };
    return {
      version: `firefox/${capabilities.browserVersion}`,
      goto: (url) => marionette.send('WebDriver:Navigate', { url }),
      url: async () => (await marionette.send<{ value: string }>('WebDriver:GetCurrentURL')).value,
      evaluate: async (run: (argument: never) => unknown, argument?: unknown) => {
        const { value } = await marionette.send<{ value: ScriptAnswer | null }>('WebDriver:ExecuteAsyncScript', {
          script: scriptOf(run),
          args: [argument ?? null],
        });
        return answered(value);
      },
      type: press,
      press: (key) => press(KEYS[key]),
      back: () => marionette.send('WebDriver:Back'),
      close: async () => {
        marionette.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function portOf(profile: string, firefox: ChildProcess): Promise<number> {
  const until = performance.now() + START_MS;
  while (performance.now() < until && firefox.exitCode === null) {
    const text = await readFile(join(profile, 'MarionetteActivePort'), 'utf8').catch(() => '');
    if (text) return Number(text);
    await wait(LOOK_MS);
  }
  throw new Error(`Firefox: expected it to start within ${START_MS / 1000} s, exit code ${firefox.exitCode}`);
}
