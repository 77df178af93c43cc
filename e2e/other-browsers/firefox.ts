// Firefox as distributions ship it, over WebDriver BiDi.

import { launch } from 'puppeteer-core';
import type { OtherBrowser } from './browser.ts';

export async function openFirefox(
  executablePath: string,
  preferences: Record<string, unknown> = {},
): Promise<OtherBrowser> {
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: preferences,
  });
  // The page it starts with has no focus.
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  return {
    version: await browser.version(),
    goto: async (url) => {
      await page.goto(url);
    },
    evaluate: (run: (argument: never) => unknown, argument?: unknown) => page.evaluate(run, argument as never) as never,
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
    // Puppeteer's own waits for a load, which a page that was kept has none of.
    back: () => page.evaluate(() => history.back()),
    close: () => browser.close(),
  };
}
