// What is shared with the library: it goes in when a person says so, whatever page sent it, and never to the server.

import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { LIBRARY, type LibraryElement, listed, openLibraryPage } from './library-page.ts';
import { SMALL_PORT } from './ports.ts';

/** A page of another origin, which may send forms anywhere. */
const ELSEWHERE = `http://localhost:${SMALL_PORT}/docs/api.html`;

async function openControlled(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await openLibraryPage(page);
  await expect
    .poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state), { message: 'state of the controller' })
    .toBe('activated');
  return page;
}

interface Sent {
  title?: string;
  url?: string;
  files?: { name: string; mimeType: string; buffer: Buffer }[];
}

/** Sends the form from the page that is open, as any page can. */
async function share(page: Page, { title = '', url = '', files = [] }: Sent): Promise<void> {
  await page.evaluate(
    (action) => {
      document.body.insertAdjacentHTML(
        'beforeend',
        `<form method="post" action="${action}" enctype="multipart/form-data"><input name="title"><input name="url"><input name="files" type="file" multiple><button>Share</button></form>`,
      );
    },
    new URL(`${LIBRARY}share`, test.info().project.use.baseURL).href,
  );
  await page.locator('input[name=title]').fill(title);
  await page.locator('input[name=url]').fill(url);
  await page.locator('input[name=files]').setInputFiles(files);
  await page.getByRole('button', { name: 'Share' }).click();
}

const textFile = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

function waiting(page: Page): Promise<number> {
  return page.evaluate(async () => (await (await caches.open('latelight-shared')).keys()).length);
}

async function pathsIn(page: Page): Promise<string[]> {
  await page.waitForFunction(() => document.querySelector<LibraryElement>('latelight-library')?.library);
  return (await listed(page)).map(({ path }) => path).sort();
}

test('what is shared with the app is asked about and arrives once, and never at the server', async ({
  context,
  baseURL,
}) => {
  const posted: (boolean | undefined)[] = [];
  context.on('requestfinished', async (request) => {
    if (request.method() === 'POST') posted.push((await request.response())?.fromServiceWorker());
  });
  const page = await openControlled(context);
  await share(page, {
    title: 'A page: of notes',
    url: 'https://elsewhere.example/notes',
    files: [textFile('zürich ÷.txt', 'tram times')],
  });
  await page.waitForURL(new URL(LIBRARY, baseURL).href);
  const question = page.getByRole('dialog', { name: '2 files were shared with the library.' });
  await expect(question).toBeVisible();
  await expect(question).toHaveAccessibleDescription(/add them if it was you who shared them/);
  await expect(question.getByRole('heading')).toBeFocused();
  // What was typed for something else answers nothing.
  await page.keyboard.press('Enter');
  await expect(question).toBeVisible();
  expect(await pathsIn(page)).toEqual([]);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(question.getByRole('button', { name: 'Add' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(question).toBeHidden();

  const folderName = String.raw`^shared/\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.\d{3}/`;
  await expect
    .poll(() => pathsIn(page))
    .toEqual([
      expect.stringMatching(new RegExp(`${folderName}A page of notes\\.md$`)),
      expect.stringMatching(new RegExp(`${folderName}zürich ÷\\.txt$`)),
    ]);
  await expect.poll(() => waiting(page)).toBe(0);
  expect(posted).toEqual([true]);
});

test('a share that hides where it comes from is asked about, left with Escape until the page is opened again, and discarded', async ({
  context,
}) => {
  await openControlled(context);
  const page = await context.newPage();
  await page.goto(ELSEWHERE);
  await page.evaluate(() => {
    document.head.insertAdjacentHTML('beforeend', '<meta name="referrer" content="no-referrer">');
  });
  await share(page, { files: [textFile('planted.txt', 'Nobody asked for this.')] });
  const question = page.getByRole('dialog', { name: '1 file was shared with the library.' });
  await expect(question).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  expect(await waiting(page)).toBeGreaterThan(0);
  await page.reload();
  await question.getByRole('button', { name: 'Discard' }).click();
  await expect(question).toBeHidden();
  await expect.poll(() => waiting(page)).toBe(0);
  expect(await pathsIn(page)).toEqual([]);
});

test('a form of another website is refused, and said to be', async ({ context }) => {
  await openControlled(context);
  const page = await context.newPage();
  await page.goto(ELSEWHERE);
  await share(page, { title: 'Planted', files: [textFile('planted.txt', 'Nobody asked for this.')] });
  await expect(page.getByText('Something was sent to your library that it does not take')).toBeVisible();
  expect(await pathsIn(page)).toEqual([]);
  expect(await waiting(page)).toBe(0);
  await expect(page.getByRole('dialog')).toBeHidden();
});
