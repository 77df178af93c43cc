// Drives the engine's public API inside the built page, as a site's own script would.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, type Route } from '@playwright/test';
import type { Manifest } from '../src/format/manifest.ts';
import type { OpenOptions, QueryCodes } from '../src/types.ts';
import type { Evaluates } from './evaluates.ts';
import { SMALL_PORT } from './ports.ts';

/** Index of a few hundred passages: the software GPU adapter is a correctness device, not a fast one. */
export const SMALL = `http://localhost:${SMALL_PORT}/`;

export const smallFolder = join(import.meta.dirname, '../demo/small');

export async function readManifestFile(folder = smallFolder): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

export interface Found {
  backend: string;
  encoder: string;
  ids: number[];
  scores: number[];
  urls: string[];
  queryCodes: QueryCodes;
  notice: string;
}

export type Outcome = { found: Found[] } | { code: string; name: string; message: string };

interface Query {
  text: string;
  limit?: number;
  queryCodes?: QueryCodes;
}

/** Goes to the index's address without its page, so that a test opens the only engine there is. */
export async function gotoBlank(page: { goto(url: string): Promise<unknown> }, base = SMALL): Promise<void> {
  await page.goto(new URL('page.json', base).href);
}

/** Opens an engine, searches, closes it; errors come back as data. */
export function openAndSearch(page: Evaluates, device: OpenOptions['device'], queries: Query[]): Promise<Outcome> {
  return page.evaluate(
    async ({ device, queries }) => {
      try {
        const { open } = (await import(
          new URL('latelight.js', location.href).href
        )) as typeof import('../src/engine-api.ts');
        const engine = await open('./', { device });
        const found = [];
        for (const { text, limit, queryCodes } of queries) {
          const result = await engine.search(text, { limit, queryCodes });
          found.push({
            backend: result.backend as string,
            encoder: result.encoder as string,
            ids: result.hits.map((hit) => hit.id),
            scores: result.hits.map((hit) => hit.score),
            urls: result.hits.map((hit) => hit.url),
            queryCodes: result.queryCodes,
            notice: engine.notice,
          });
        }
        engine.close();
        return { found };
      } catch (error) {
        const { code, name, message } = error as { code: string; name: string; message: string };
        return { code, name, message };
      }
    },
    { device, queries },
  );
}

/** Replaces the bytes of a file of the index until the route is removed. */
export async function tamper(
  page: Page,
  file: string,
  change: (route: Route, bytes: Buffer) => Promise<void>,
): Promise<void> {
  await page.context().route(`**/${file}`, async (route) => {
    const response = await route.fetch();
    await change(route, await response.body());
  });
}

/** Whether this browser can be given a WebGPU adapter, be it a software one. */
export function hasAdapter(page: Page): Promise<boolean> {
  return page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
}

/** Waits until all text that an offline visit may ask for is kept. */
export async function textKept(page: Evaluates, base: string): Promise<void> {
  const { fragments } = (await (await fetch(new URL('manifest.json', base))).json()) as Manifest;
  const missing = () =>
    page.evaluate(
      async (hashes) => {
        const cache = await caches.open('latelight-1');
        const kept = new Set((await cache.keys()).map((request) => request.url.split('/').pop()));
        return hashes.filter((hash) => !kept.has(hash)).length;
      },
      fragments.map(({ sha256 }) => sha256),
    );
  await expect.poll(missing, { message: 'fragments that are not kept yet', timeout: 60_000 }).toBe(0);
}
