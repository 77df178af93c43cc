// <latelight-reader> alone: where focus is, what the keyboard does, what is said.

import { expect, test } from '@playwright/test';
import type { DocumentView } from '../src/library/reader/document-view.ts';
import { type Bench, KEEPER, marked, openBench, passage, pdfOf, serveBench, show } from './library-reader-page.ts';

let bench: Bench;
test.beforeAll(async () => {
  bench = await serveBench();
});
test.afterAll(() => bench.close());

test('focus, copying, moving on and Escape', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openBench(page, bench);
  await page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    for (const type of ['reader-place', 'reader-close'])
      document.addEventListener(type, (event) => heard.push([type, (event as CustomEvent).detail]));
  });
  const passages = [passage(0, KEEPER), passage(1, 'Ropes are counted. At noon.')];
  await show(page, {
    kind: 'text',
    path: 'logs/a.txt',
    content: `${KEEPER}\nRopes are counted. At noon.`,
    passages,
    passage: 0,
  });
  await expect(page.locator('.paragraph')).toBeFocused();
  await page.getByRole('button', { name: 'Next passage' }).press('Enter');
  await expect.poll(() => marked(page, 'latelight-passage')).toBe('Ropes are counted. At noon.');
  await page.getByRole('button', { name: 'Copy citation' }).click();
  await expect(page.getByRole('status')).toHaveText('Citation copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    'a.txt, Harbour › Night, “Ropes are counted.”, logs/a.txt',
  );
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('a.txt');
  // Of an input method, as Safari sends it after the composition; then one that is not.
  await page.getByRole('button', { name: 'Download' }).evaluate((button) => {
    button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', keyCode: 229, bubbles: true, composed: true }));
  });
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([
    ['reader-place', 1],
    ['reader-close', null],
  ]);
});

test('an opened passage has focus, unless somebody went elsewhere; moving on says which it is', async ({ page }) => {
  await openBench(page, bench);
  const passages = [
    passage(0, 'Ropes are counted. At noon.', 'page=1'),
    passage(1, KEEPER, 'page=2'),
    passage(2, 'Lanterns are lit at dusk.', 'page=3'),
  ];
  const lines = passages.map(({ text }) => text);
  const focused = () =>
    page.locator('latelight-reader').evaluate((reader) => reader.shadowRoot?.activeElement?.textContent);
  const status = page.getByRole('status');
  const contents = {
    text: lines.join('\n\n'),
    code: lines.join('\n'),
    html: `<p>Before.</p>${lines.map((line) => `<p><em>${line.slice(0, 5)}</em>${line.slice(5)}</p>`).join('')}`,
    pdf: pdfOf(lines.map((line) => [line])),
  };
  for (const kind of ['text', 'code', 'html', 'pdf'] as const) {
    await show(page, { kind, path: `a.${kind}`, content: contents[kind], passages, passage: 1 });
    await expect.poll(async () => (await focused())?.trim(), kind).toBe(KEEPER);
    const next = page.getByRole('button', { name: 'Next passage' });
    await next.press('Enter');
    await expect(status).toHaveText('Passage 3 of 3, page 3');
    await expect(status).toHaveCSS('opacity', '0');
    await expect.poll(() => marked(page, 'latelight-passage')).toMatch(/^Lante.?rns/);
    // Where it can be pressed again.
    await expect(next).toBeFocused();
    await page.getByRole('button', { name: 'Passage 3 of 3, go to it' }).press('Enter');
    await expect.poll(focused, kind).toContain('Lanterns');
    await page.getByRole('button', { name: 'Copy text' }).focus();
    // The place that the page keeps comes back as an object of its own.
    await page.evaluate(async () => {
      const reader = document.querySelector('latelight-reader')!;
      reader.place = { ...reader.place };
      await reader.updateComplete;
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    });
    await expect(page.getByRole('button', { name: 'Copy text' })).toBeFocused();
    // From then on it is a hit of the passage that reading on has led to.
    await page.evaluate(() => {
      const reader = document.querySelector('latelight-reader')!;
      reader.place = { ...reader.place };
    });
    await expect.poll(focused, kind).toContain('Lanterns');
  }

  // The next hit of the same document, opened from outside the reader.
  await page.evaluate(() => {
    document.querySelector('latelight-reader')!.place = { passage: 0, words: [] };
  });
  await expect.poll(focused).toContain('Ropes');
  await page.evaluate(async () => {
    const reader = document.querySelector('latelight-reader')!;
    const { view } = reader as unknown as { view: DocumentView };
    const show = view.show.bind(view);
    const showing = new Promise((resolve) => {
      view.show = (...passage) => {
        const outcome = show(...passage);
        resolve(outcome);
        return outcome;
      };
    });
    reader.place = { passage: 2, words: [] };
    await reader.updateComplete;
    reader.shadowRoot!.querySelector<HTMLElement>('.close')!.focus();
    // It is in view; in the next task the reader has given it focus, or has not.
    await showing;
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect(await marked(page, 'latelight-passage')).toContain('Lanterns');
  await expect(page.getByRole('button', { name: 'Close' })).toBeFocused();
});

test('a passage that is gone to twice has focus as well', async ({ page }) => {
  await openBench(page, bench);
  const passages = [passage(0, KEEPER)];
  for (const [kind, content] of [['text', KEEPER] as const, ['pdf', pdfOf([[KEEPER]])] as const]) {
    await show(page, { kind, path: `a.${kind}`, content, passages, passage: 0 });
    const text = page.locator('.paragraph, .text-layer > [tabindex]');
    await expect(text).toBeFocused();
    const button = page.getByRole('button', { name: 'Passage 1 of 1, go to it' });
    await button.focus();
    await button.evaluate((button: HTMLElement) => {
      button.click();
      button.click();
    });
    await expect(text, kind).toBeFocused();
  }
});

test('the next hit of a PDF has focus though the page that had it was freed on the way', async ({ page }) => {
  await openBench(page, bench);
  const content = pdfOf(Array.from({ length: 60 }, (_, at) => [`This is page ${at + 1} of many.`]));
  const passages = [3, 50].map((at, i) => passage(i, `This is page ${at} of many.`, `page=${at}`));
  await show(page, { kind: 'pdf', path: 'a.pdf', content, passages, passage: 0 });
  const focused = page.locator('.text-layer > :focus');
  await expect(focused).toHaveText('This is page 3 of many.');
  await page.evaluate(() => {
    document.querySelector('latelight-reader')!.place = { passage: 1, words: [] };
  });
  await expect(focused).toHaveText('This is page 50 of many.');
});

test('a document has focus at its name, a passage that is not in it in the notice', async ({ page }) => {
  await openBench(page, bench);
  await show(page, { kind: 'text', path: 'a.txt', content: 'Other.', passages: [passage(0, KEEPER)] });
  await expect(page.locator('.document pre')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'a.txt' })).toBeFocused();
  await show(page, { kind: 'text', path: 'a.txt', content: 'Other.', passages: [passage(0, KEEPER)], passage: 0 });
  await expect(page.locator('.missing')).toBeFocused();
});

test('focus in a page of a PDF that goes out of sight stays in the document', async ({ page }) => {
  await openBench(page, bench);
  const content = pdfOf(Array.from({ length: 60 }, (_, at) => [`This is page ${at + 1}.`, 'Nothing else.']));
  const passages = [passage(0, 'This is page 3. Nothing else.', 'page=3')];
  await show(page, { kind: 'pdf', path: 'a.pdf', content, passages, passage: 0 });
  await expect(page.locator('.text-layer :focus')).toHaveText('This is page 3.');
  await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
  await expect(page.getByText('This is page 60.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Page 3', exact: true })).toBeFocused();
});

test('Escape in the page’s field gives up what was typed, then closes', async ({ page }) => {
  await openBench(page, bench);
  await page.evaluate(() => document.addEventListener('reader-close', () => document.body.append('closed')));
  await show(page, { kind: 'pdf', path: 'a.pdf', content: pdfOf([['One.'], ['Two.']]), passages: [] });
  const field = page.getByRole('textbox', { name: 'Page' });
  await field.fill('99');
  // Of an input method, as Safari sends it after the composition.
  await field.evaluate((field) => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', keyCode: 229, bubbles: true, composed: true }));
  });
  await expect(field).toHaveValue('99');
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('1');
  await expect(field).toBeFocused();
  await expect(page.getByText('closed')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByText('closed')).toHaveCount(1);
});

test('the toolbar’s ring does not fade where there is no further passage, nor is it said to have arrow keys', async ({
  page,
}) => {
  await openBench(page, bench);
  await show(page, { kind: 'text', path: 'a.txt', content: KEEPER, passages: [passage(0, KEEPER)], passage: 0 });
  const group = page.getByRole('group', { name: 'Document' });
  const next = group.getByRole('button', { name: 'Next passage' });
  await expect(next).toHaveAttribute('aria-disabled', 'true');
  await expect(next).toHaveCSS('opacity', '1');
  await expect(next.locator('svg')).toHaveCSS('opacity', '0.4');
});
