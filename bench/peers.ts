// Latelight beside Pagefind, MiniSearch and Orama on PostgreSQL's manual, in one run on one machine: time to build, bytes to deploy
// and to transfer, time of a search in Chromium, and how often 40 questions find their page.
// npm run bench:peers -- [folder of HTML] [--index <folder>] [--write docs/peers.md] [--json]

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { type Browser, chromium, type Page } from '@playwright/test';
import { chromiumLaunch } from '../scripts/install.js';
import { packageRoot } from '../src/node/package-files.ts';
import { describeMachine, machineLine } from './machine.ts';
import { markdownTable, writeMarked } from './markdown.ts';
import { buildMiniSearch, buildOrama, buildPage, buildPagefind, folderBytes } from './peers/build.ts';
import {
  DEFAULT_DOCUMENTS,
  type Found,
  IDENTIFIERS,
  pagesOf,
  QUESTIONS,
  type Question,
  scorePages,
} from './peers/questions.ts';
import { type StaticServer, serveFolders } from './static-server.ts';
import { mean, median, quantile } from './statistics.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Where Latelight's index is, or is to be kept: a later run takes it as it is, with the seconds it took. */
    index: { type: 'string' },
    write: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
/** Visits of a new visitor whose bytes are counted, and rounds over all questions that are timed after one that is not. */
const VISITS = 5;
const ROUNDS = 3;

type Tool = 'latelight' | 'pagefind' | 'minisearch' | 'orama';
const NAMES: Record<Tool, string> = {
  latelight: 'Latelight',
  pagefind: 'Pagefind',
  minisearch: 'MiniSearch',
  orama: 'Orama',
};

interface Cost {
  buildSeconds: number;
  deployedBytes: number;
  /** Of these, the model and the inference runtime: the same for every site. */
  bundledBytes: number;
  firstSearchBytes: number;
  secondSearchBytes: number;
  firstSearchMs: number;
  searchMs: { median: number; p95: number };
}

interface Quality {
  tool: Tool;
  /** How it was asked; empty where there is one way. */
  way: string;
  success1: number;
  success5: number;
  mrr10: number;
  /** success@5 by kind of question. */
  byKind: Partial<Record<Question['kind'], number>>;
  /** Rank of the first right page of each question, 0 when none of the first ten is right. */
  ranks: number[];
}

const documents = resolve(positionals[0] ?? DEFAULT_DOCUMENTS);
if (!existsSync(join(documents, 'index.html'))) {
  console.error(
    `bench: expected PostgreSQL 15's manual as HTML in ${documents}, found none.\n` +
      'On Debian 12: apt-get install postgresql-doc-15. Elsewhere: unpack that package, or name the folder of a copy.',
  );
  process.exit(2);
}

/** Runs the command line of the built package, as a site owner does; every passage encoded anew. */
async function buildLatelight(output: string): Promise<number> {
  const record = `${output}.seconds`;
  if (existsSync(join(output, 'manifest.json'))) {
    if (existsSync(record)) return Number(await readFile(record, 'utf8'));
    throw new Error(
      `--index ${output}: expected ${record} with the seconds that it took, found an index that this script did not build. Name a folder that is not there yet.`,
    );
  }
  const seconds = await timed(() =>
    promisify(execFile)(process.execPath, [
      join(packageRoot, 'bin/latelight.js'),
      ...['index', documents, '--output', output, '--no-cache', '--json'],
    ]),
  );
  await writeFile(record, String(seconds));
  return seconds;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function openPage(browser: Browser, server: StaticServer, tool: Tool): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${server.base}${tool}/`);
  return page;
}

/** A visitor without a cache: bytes up to the first hits, bytes of a second search, medians over visits. */
async function measureVisits(browser: Browser, server: StaticServer, tool: Tool) {
  const visits: { first: number; second: number; ms: number }[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    // Questions of both kinds, spread over the list.
    const [one, two] = [visit * 8, visit * 8 + 4].map((at) => QUESTIONS[at].question);
    const before = server.sentBytes();
    const started = performance.now();
    const page = await openPage(browser, server, tool);
    await page.evaluate((query) => window.peer.open().then(() => window.peer.search(query)), one);
    const ms = performance.now() - started;
    await page.waitForLoadState('networkidle');
    const afterFirst = server.sentBytes();
    await page.evaluate((query) => window.peer.search(query), two);
    await page.waitForLoadState('networkidle');
    visits.push({ first: afterFirst - before, second: server.sentBytes() - afterFirst, ms });
    await page.context().close();
  }
  return {
    firstSearchBytes: median(visits.map(({ first }) => first)),
    secondSearchBytes: median(visits.map(({ second }) => second)),
    firstSearchMs: median(visits.map(({ ms }) => ms)),
  };
}

/** From the call to hits with address, title and excerpt, in the page. */
async function measureSearches(page: Page) {
  const times = await page.evaluate(
    async ({ queries, rounds }) => {
      const ms: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        for (const query of queries) {
          const started = performance.now();
          await window.peer.search(query);
          if (round > 0) ms.push(performance.now() - started);
        }
      }
      return ms;
    },
    { queries: QUESTIONS.map(({ question }) => question), rounds: ROUNDS },
  );
  return { median: median(times), p95: quantile(times, 0.95) };
}

async function measureQuality(page: Page, tool: Tool, questions: Question[]): Promise<Quality[]> {
  const ways = await page.evaluate(() => Object.keys(window.peer.rank));
  const results: Quality[] = [];
  for (const way of ways) {
    const found: (Found & Pick<Question, 'kind'>)[] = [];
    for (const question of questions) {
      const urls = await page.evaluate(([name, query]) => window.peer.rank[name](query), [way, question.question]);
      found.push({ kind: question.kind, ...scorePages(pagesOf(urls), question) });
    }
    const success5 = (kind: string) => mean(found.filter((one) => one.kind === kind).map((one) => one.success5));
    const kinds = [...new Set(found.map(({ kind }) => kind))];
    results.push({
      tool,
      way,
      success1: mean(found.map((one) => one.success1)),
      success5: mean(found.map((one) => one.success5)),
      mrr10: mean(found.map((one) => one.reciprocalRank)),
      byKind: Object.fromEntries(kinds.map((kind) => [kind, success5(kind)])),
      ranks: found.map(({ reciprocalRank }) => (reciprocalRank > 0 ? Math.round(1 / reciprocalRank) : 0)),
    });
  }
  return results;
}

const machine = describeMachine();
const work = await mkdtemp(join(tmpdir(), 'latelight-peers-'));
const tools: Tool[] = ['latelight', 'pagefind', 'minisearch', 'orama'];
const folders = Object.fromEntries(tools.map((tool) => [tool, join(work, tool)])) as Record<Tool, string>;
const indexFolder = resolve(options.index ?? join(work, 'index'));
const reused = existsSync(join(indexFolder, 'manifest.json'));
const costs = {} as Record<Tool, Cost>;
const qualities: Quality[] = [];
/** The same of the questions that are names, numbers and phrases. */
const exactQualities: Quality[] = [];
let browserVersion = '';
try {
  for (const tool of tools) {
    await mkdir(folders[tool]);
    await buildPage(tool, folders[tool]);
  }
  const builders: Record<Tool, () => Promise<number>> = {
    latelight: () => buildLatelight(indexFolder),
    pagefind: () => timed(() => buildPagefind(documents, folders.pagefind)),
    minisearch: () => timed(() => buildMiniSearch(documents, folders.minisearch)),
    orama: () => timed(() => buildOrama(documents, folders.orama)),
  };
  const server = await serveFolders({ ...folders, 'latelight-index': indexFolder });
  const browser = await chromium.launch(await chromiumLaunch());
  browserVersion = browser.version();
  try {
    for (const tool of tools) {
      const buildSeconds = await builders[tool]();
      const deployed = tool === 'latelight' ? indexFolder : folders[tool];
      const visits = await measureVisits(browser, server, tool);
      const page = await openPage(browser, server, tool);
      await page.evaluate(() => window.peer.open());
      costs[tool] = {
        buildSeconds,
        deployedBytes: await folderBytes(deployed),
        bundledBytes: await folderBytes(deployed, (path) => /^(models|runtime)\//.test(path.replaceAll('\\', '/'))),
        ...visits,
        searchMs: await measureSearches(page),
      };
      qualities.push(...(await measureQuality(page, tool, QUESTIONS)));
      exactQualities.push(...(await measureQuality(page, tool, IDENTIFIERS)));
      await page.context().close();
    }
  } finally {
    await browser.close();
    server.close();
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1);
const share = (value = Number.NaN) => value.toFixed(3);
const nameOf = ({ tool, way }: Quality) => (way ? `${NAMES[tool]}, ${way}` : NAMES[tool]);
const report = [
  `${machineLine(machine)}, Chromium ${browserVersion}, WASM.`,
  '',
  markdownTable([
    ['40 questions', 'success@1', 'success@5', 'MRR@10', 'own words, success@5', 'by name, success@5'],
    ...qualities.map((quality) => {
      const { success1, success5, mrr10, byKind } = quality;
      return [nameOf(quality), ...[success1, success5, mrr10, byKind.how, byKind.keyword].map(share)];
    }),
  ]),
  '',
  markdownTable([
    ['30 names, numbers, phrases', 'success@1', 'success@5', 'MRR@10'],
    ...exactQualities.map((quality) => {
      const { success1, success5, mrr10 } = quality;
      return [nameOf(quality), ...[success1, success5, mrr10].map(share)];
    }),
  ]),
  '',
  markdownTable([
    [
      '',
      'build, s',
      'deployed, MB',
      'of it model and runtime',
      'first search, MB',
      'second search, MB',
      'first search, ms',
      'later searches, median ms',
      '95th percentile',
    ],
    ...tools.map((tool) => {
      const cost = costs[tool];
      return [
        NAMES[tool],
        cost.buildSeconds.toFixed(1) + (tool === 'latelight' && reused ? ' (earlier run)' : ''),
        ...[cost.deployedBytes, cost.bundledBytes, cost.firstSearchBytes, cost.secondSearchBytes].map(megabytes),
        ...[cost.firstSearchMs, cost.searchMs.median, cost.searchMs.p95].map((ms) => ms.toFixed(ms < 10 ? 1 : 0)),
      ];
    }),
  ]),
].join('\n');
if (options.write) await writeMarked(options.write, 'peers', report);
console.log(
  options.json ? JSON.stringify({ machine, browserVersion, costs, qualities, exactQualities }, null, 2) : report,
);
process.exit(0);
