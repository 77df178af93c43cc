// The playground of an index folder: stages side by side, why a passage was found, what it weighs; by keyboard too.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { SMALL } from './engine.ts';

test.use({ serviceWorkers: 'block' });

async function search(page: Page, query: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Query' }).fill(query);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('heading', { name: /^Why:/ }).waitFor();
}

test('a query goes through both stages, with times, ranks, bytes and a picture of what matched', async ({ page }) => {
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`${SMALL}playground.html`);
  await search(page, 'how do I hide passwords in the log');

  const times = page.getByRole('region', { name: 'Time' }).getByRole('row');
  for (const [i, step] of ['Reading the query', 'Looking up', 'Scoring', 'Fetching', 'Finding', 'In all'].entries()) {
    const cells = times.nth(i + 1).getByRole('cell');
    await expect(times.nth(i + 1)).toContainText(step);
    await expect(cells).toHaveCount(2);
    for (const cell of await cells.all()) await expect(cell).toHaveText(/^\d+\.\d$/);
  }

  const ranks = page.getByRole('region', { name: 'Ranking' }).getByRole('row');
  await expect(ranks.first()).toContainText(/Full.*By meaning alone.*Quick/s);
  await expect(ranks.nth(1).getByRole('cell').first()).toHaveText('1');
  const quick = await ranks.evaluateAll((rows) => rows.map((row) => (row as HTMLTableRowElement).cells[2].textContent));
  for (let place = 1; place <= 10; place++) expect(quick).toContain(String(place));

  await expect(page.getByRole('region', { name: 'Bytes' })).toContainText('Query encoder');

  const picture = page.getByRole('img', { name: /passwords: \w+, [01]\.\d\d/ });
  await expect(picture).toBeVisible();
  const coloured = await picture.evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3])).size;
  });
  expect(coloured).toBeGreaterThan(5); // shades: not an empty picture
  await picture.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('alignment-picture').getByRole('status')).toHaveText(/^\s*I and \S+:\s+-?\d\.\d\d/);

  await ranks.nth(2).getByRole('button').click();
  await expect(ranks.nth(2)).toHaveAttribute('data-current', '');
  expect(problems).toEqual([]);
});

test('the status says what can be done, not each byte that has come', async ({ page }) => {
  await page.addInitScript(() => {
    const said: string[] = [];
    const seen: string[] = [];
    Object.assign(window, { said, seen });
    const look = () => {
      const status = document.querySelector('main [role=status]')?.textContent ?? '';
      if (status && status !== said.at(-1)) said.push(status);
      seen.push(document.querySelector('.loading')?.textContent ?? '');
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await page.goto(`${SMALL}playground.html`);
  await expect(page.locator('main > [role=status]')).toContainText('passages on');
  await expect(page.locator('.loading')).toHaveCount(0);
  const { said, seen } = await page.evaluate(() => {
    const { said, seen } = window as unknown as { said: string[]; seen: string[] };
    return { said, seen };
  });
  expect(said).toEqual([
    'Opening the index.',
    'Quick results can be had; the encoder is on its way.',
    expect.stringContaining('passages on'),
  ]);
  expect(seen.some((text) => / of .* MB$/.test(text))).toBe(true);
});

test('a passage can be asked about once the encoder is there, and why not is said', async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.context().route('**/models/*.onnx', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${SMALL}playground.html`);
  await page.getByRole('searchbox', { name: 'Query' }).fill('hide passwords');
  await page.getByRole('button', { name: 'Search' }).click();
  const hit = page.getByRole('region', { name: 'Ranking' }).getByRole('button').first();
  await expect(hit).toBeDisabled();
  release();
  await page.getByRole('heading', { name: /^Why:/ }).waitFor();
  await expect(hit).toBeEnabled();
  const problems: Error[] = [];
  page.on('pageerror', (error) => problems.push(error));
  const status = page.locator('main > [role=status]');
  const askInVain = async () => {
    await page.evaluate(() => {
      const { postMessage } = Worker.prototype;
      Worker.prototype.postMessage = function (message: { type: string }) {
        if (message.type !== 'explain') return postMessage.call(this, message);
        Worker.prototype.postMessage = postMessage;
        throw new DOMException('could not be cloned', 'DataCloneError');
      };
    });
    await hit.click();
    await expect(status).toContainText('explain: expected options of plain values');
  };
  // Said until something else is asked.
  await askInVain();
  await hit.click();
  await expect(status).toContainText('passages on');
  await askInVain();
  await page.getByRole('searchbox', { name: 'Query' }).fill('"a phrase that is nowhere"');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(status).toContainText('passages on');
  // What there is without the marks is listed all the same.
  const ranking = page.getByRole('region', { name: 'Ranking' });
  await expect(ranking).toContainText('(nowhere)');
  await expect(ranking).toContainText('No passage has all that is in quotation marks');
  await expect(page.getByRole('heading', { name: /^Why:/ })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Query' }).fill('custom serializrs');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(ranking).toContainText('Searched for: serializers, not serializrs.');
  await expect(ranking).not.toContainText('quotation marks');
  expect(problems).toEqual([]);
});

for (const [what, pattern, said] of [
  ['the index', '**/manifest.json', /./],
  ['the model', '**/models/*.onnx', /status 404/],
] as const) {
  test(`a search asks again for ${what} that could not be had`, async ({ page }) => {
    await page.context().route(pattern, (route) => route.fulfill({ status: 404 }));
    await page.goto(`${SMALL}playground.html`);
    const status = page.locator('main > [role=status]');
    await expect(status).toHaveText(/Error/);
    await expect(status).toHaveText(said);
    await page.context().unrouteAll({ behavior: 'wait' });
    await search(page, 'hide passwords');
    await expect(status).toContainText('passages on');
  });
}

test('a search whose files are gone asks for the index as it is published by now', async ({ page }) => {
  await page.goto(`${SMALL}playground.html`);
  const status = page.locator('main > [role=status]');
  await expect(status).toContainText('passages on');
  await page.context().route('**/fragments/**', (route) => route.fulfill({ status: 404 }));
  await page.getByRole('searchbox', { name: 'Query' }).fill('hide passwords');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(status).toHaveText(/status 404/);
  await page.context().unrouteAll({ behavior: 'wait' });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname.split('/').at(-1)!));
  await search(page, 'hide passwords');
  expect(asked).toContain('manifest.json');
  await expect(status).toContainText('passages on');
  await expect(page.locator('.loading')).toHaveCount(0);
});

test('another device ends the opening on the one before', async ({ page }) => {
  await page.context().route('**/models/**', () => undefined);
  const [worker] = await Promise.all([page.waitForEvent('worker'), page.goto(`${SMALL}playground.html`)]);
  // It would end by itself when the server has been silent for 30 s.
  const ended = worker.waitForEvent('close', { timeout: 15_000 });
  const next = page.waitForEvent('worker');
  await page.getByRole('combobox', { name: 'Device' }).selectOption('wasm');
  await next;
  await ended;
});

test('a pointer that moves within a cell of the picture draws nothing', async ({ page }) => {
  await page.goto(`${SMALL}playground.html#q=hide%20passwords`);
  await page.getByRole('heading', { name: /^Why:/ }).waitFor();
  await page.evaluate(() => {
    const { scale } = CanvasRenderingContext2D.prototype;
    document.body.dataset.drawn = '0';
    CanvasRenderingContext2D.prototype.scale = function (...args) {
      document.body.dataset.drawn = String(Number(document.body.dataset.drawn) + 1);
      scale.apply(this, args);
    };
  });
  const picture = page.locator('alignment-picture').getByRole('img');
  for (const [x, y] of [
    [2, 2],
    [5, 5],
    [9, 20],
    [12, 12],
  ])
    await picture.hover({ position: { x, y } });
  await expect(page.locator('body')).toHaveAttribute('data-drawn', '1');
  await picture.hover({ position: { x: 20, y: 12 } });
  await expect(page.locator('body')).toHaveAttribute('data-drawn', '2');
});

test('axe finds nothing, light and dark, and nothing is wider than a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${SMALL}playground.html#q=setErrorHandler`);
  await page.getByRole('heading', { name: /^Why:/ }).waitFor();
  await expect(page.getByRole('region', { name: 'Ranking' })).toContainText(
    'Looked up letter by letter: setErrorHandler',
  );
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
