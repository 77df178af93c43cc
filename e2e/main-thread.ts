// How long the page's main thread is kept from drawing. Processor time of each task, from the browser's own trace: by the clock alone
// (`longtask` entries) a task is also long because another program had the processor.

import type { Browser, Page } from '@playwright/test';

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Processor time, microseconds. */
  tdur?: number;
  /** By the clock, microseconds. */
  dur?: number;
  args: { name?: string };
}

export interface LongestTask {
  cpuMs: number;
  wallMs: number;
  taskCount: number;
}

/** The longest tasks while something happens. */
export async function longestTask(browser: Browser, page: Page, during: () => Promise<void>): Promise<LongestTask> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await during();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mainThreads = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(thread),
  );
  const tasks = traceEvents.filter((event) => /RunTask$/.test(event.name) && mainThreads.has(thread(event)));
  // A task that began before the trace did has no times.
  const longest = (time: 'tdur' | 'dur') =>
    Math.max(...tasks.map((task) => task[time]).filter((microseconds) => microseconds !== undefined)) / 1000;
  return { cpuMs: longest('tdur'), wallMs: longest('dur'), taskCount: tasks.length };
}
