// The sites under examples/: installed when they are not, built, and served below a base path as a static host would.

import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import sirv from 'sirv';

const root = join(import.meta.dirname, '..');

export function exampleFolder(name: string): string {
  return join(root, 'examples', name);
}

/** `npm ci` when the packages are not there or older than the lock file, then `npm run build` with the arguments given. */
export async function buildExample(name: string, ...args: string[]): Promise<void> {
  const folder = exampleFolder(name);
  const installed = join(folder, 'node_modules/.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    await run(folder, 'npm', 'ci', '--no-fund', '--no-audit');
  }
  await run(folder, 'npm', 'run', 'build', '--', ...args);
}

async function run(cwd: string, command: string, ...args: string[]): Promise<void> {
  const child = spawn(command, args, { cwd, shell: process.platform === 'win32', env: quietEnvironment() });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} in ${cwd}: expected exit code 0, got ${code}\n${output}`);
}

function quietEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    FORCE_COLOR: '0',
    NO_COLOR: '1',
    NO_UPDATE_NOTIFIER: '1',
    ASTRO_TELEMETRY_DISABLED: '1',
    DOCUSAURUS_NO_TELEMETRY: '1',
  };
}

export interface SiteServer {
  /** With the base path. */
  url: string;
  close: () => Promise<void>;
}

/** Everything outside the base path is 404, so that an address that forgets it is noticed. @param pages HTML by path below the base, beside the folder's files */
export async function serveSite(folder: string, base: string, pages: Record<string, string> = {}): Promise<SiteServer> {
  const files = sirv(folder, { extensions: ['html'], dev: true });
  const server: Server = createServer((request, response) => {
    const notFound = () => {
      response.writeHead(404).end('Not found\n');
    };
    if (!request.url?.startsWith(base)) return notFound();
    request.url = request.url.slice(base.length - 1);
    const page = pages[request.url.slice(1)];
    if (page) return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    files(request, response, notFound);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Starts a generator's own dev server and waits until it says where it listens. */
export async function startExample(name: string, script: string, ...args: string[]): Promise<SiteServer> {
  const folder = exampleFolder(name);
  const child = spawn(process.execPath, [join(folder, 'node_modules', script), ...args], {
    cwd: folder,
    env: quietEnvironment(),
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += data;
        const address = /http:\/\/localhost:\d+\/\S*/.exec(output);
        if (address) resolve(address[0]);
      });
    }
    closed.then(() => reject(new Error(`${script}: expected an address, and it ended\n${output}`)));
  });
  return {
    url,
    close: () => {
      child.kill();
      return closed;
    },
  };
}

/** Types a question into the page's search box, opening it first where it is behind a button, and waits for the full stage. */
export async function ask(page: Page, question: string) {
  const search = page.locator('latelight-search');
  await page.waitForFunction(() => customElements.get('latelight-search'));
  const box = search.getByRole('searchbox');
  await expect(box.or(search.getByRole('button').first()).first()).toBeVisible();
  if (!(await box.isVisible())) await search.getByRole('button').first().click();
  await box.fill(question);
  await expect(search.locator('.results[data-stage=full]')).toBeVisible();
  return search.getByRole('listitem').first();
}

/** Follows the first hit, which has to lead to a page that exists, and gives its address. */
export async function followFirstHit(page: Page, question: string): Promise<URL> {
  const first = await ask(page, question);
  const href = await first.getByRole('link').first().getAttribute('href');
  // What follows ":~:" is for the browser, which scrolls to the words: it takes it off before any script sees it.
  const address = new URL((href ?? '').replace(/#?:~:.*$/, ''), page.url());
  const response = await page.goto(address.href);
  // A fragment of the same page is no request.
  if (response) expect(response.status(), address.href).toBe(200);
  if (address.hash) await expect(page.locator(`[id="${decodeURIComponent(address.hash.slice(1))}"]`)).toBeAttached();
  return address;
}
