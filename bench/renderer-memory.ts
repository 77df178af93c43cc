// Resident memory of Chromium's renderer processes, as the operating system counts it. Linux only: NaN elsewhere.

import { readFile } from 'node:fs/promises';
import type { CDPSession } from '@playwright/test';

/** Bytes of the largest renderer. @param session of the browser, not of a page */
export async function rendererBytes(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = await Promise.all(
    processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentBytesOf(id)),
  );
  return Math.max(...sizes);
}

async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
