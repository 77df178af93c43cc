// Which device an engine ends up on when one is lost or refuses. Searching, files and runtime are stand-ins; e2e/recovery.spec.ts has them all.

import { beforeEach, expect, it, vi } from 'vitest';
import { LatelightError, toErrorData, unlessAborted } from '../errors.ts';
import type { ReadOptions } from '../format/source.ts';
import type { LoadProgress } from '../types.ts';
import { type LosableDevice, losableDevice } from './losable-device.fixture.ts';
import type { OpenEncoderOptions } from './open-encoder.ts';
import type { StageParts } from './open-stages.ts';
import type { OpenSettings } from './protocol.ts';

/** Sites beside the first whose manifests were read, what was done with their files, and how long a file of the first may be silent. */
const merged = { known: [] as object[], log: [] as string[], patience: {} as Record<string, number | undefined> };

/** How the first index was read, once for each attempt to open it. */
const openings: ReadOptions[] = [];

/** When the encoder is downloaded, and what the GPU does next. */
const gpu = {
  arrived: Promise.resolve(),
  hasMemory: true,
  opensModels: true,
  /** Open ones. */
  encoders: new Set<object>(),
  made: [] as LosableDevice[],
};

type Reads = { read: (file: string, options: ReadOptions) => Promise<unknown> };

vi.mock('./gpu-device.ts', () => ({
  chooseDevice: async (wanted: string) => {
    if (wanted === 'wasm') return { notice: '' };
    const device = losableDevice();
    gpu.made.push(device);
    return { device, notice: '' };
  },
}));

vi.mock('./open-encoder.ts', () => ({
  usable: (choice: unknown) => choice,
  encoderFiles: () => ({ wasm: { bytes: 1 }, model: { bytes: 1 } }),
  openEncoder: async (
    source: Reads,
    _manifest: unknown,
    _tokenizer: unknown,
    device: unknown,
    { progress, signal }: OpenEncoderOptions,
  ) => {
    await source.read(device ? 'model of a GPU' : 'model', { onBytes: progress?.('model') });
    await unlessAborted(gpu.arrived, signal, 'open');
    if (device && !gpu.opensModels) throw new LatelightError('bad-model', 'encoder: cannot open the model');
    const encoder = { close: async () => void gpu.encoders.delete(encoder) };
    gpu.encoders.add(encoder);
    return encoder;
  },
}));

vi.mock('./open-stages.ts', () => ({
  readTokenizer: async (_manifest: unknown, read: (file: string) => Promise<unknown>) => read('tokenizer'),
  openStages: async (_manifest: unknown, isInstant: boolean, parts: StageParts) => {
    const opening = parts.sites();
    if (isInstant) await opening;
    await parts.read('table' as never);
    const encoder = parts.encoder({} as never, {} as never);
    encoder.catch(() => undefined);
    // As the real one does: what fails waits for the rest.
    if (!isInstant) await Promise.allSettled([opening, encoder]);
    const sites = await opening;
    if (!isInstant) await encoder;
    return { sites, encoder, table: {} };
  },
}));

vi.mock('./sites.ts', () => ({
  SiteList: class {
    states: { search?: unknown; error?: unknown }[] = [{}];
    known = merged.known;
    get searchable() {
      return this.states.flatMap(({ search }) => search ?? []);
    }
    async readManifests() {
      const manifest = { passageCount: 1, shards: [], queryEncoder: { queryTable: {}, tokenizer: { bytes: 1 } } };
      const source = {
        prune: async () => void merged.log.push('prune'),
        read: async (file: string, { silentMs, onBytes }: ReadOptions) => {
          merged.patience[file] = silentMs;
          onBytes?.(1, false);
        },
      };
      return { source, manifest };
    }
    async openAll(open: (source: unknown, manifest: unknown) => Promise<unknown>) {
      try {
        this.states[0].search = { index: await open({}, { passageCount: 1, shards: [] }) };
      } catch (error) {
        this.states[0].error = toErrorData(error, 'download-failed');
        throw error;
      }
      return this.searchable;
    }
    begin = () => ({ sites: this.searchable });
    describe = () => [];
    closeAll = () => {
      this.states = [{}];
    };
    close = () => {};
  },
}));

vi.mock('../engine/webgpu-scorer.ts', () => ({
  createWebgpuScorer: async (device: { isLost: boolean }) => {
    if (!gpu.hasMemory) throw new LatelightError('device-lost', 'addShard: the GPU has no bytes left');
    return { backend: 'webgpu', device };
  },
}));

vi.mock('../engine/wasm-scorer.ts', () => ({ createWasmScorer: async () => ({ backend: 'wasm' }) }));

type Create = (codec: unknown) => Promise<{ backend: string; device?: { isLost: boolean } }>;

vi.mock('../engine/search-index.ts', () => ({
  SearchIndex: {
    files: () => [{ bytes: 5 }],
    open: async (_source: unknown, manifest: unknown, create: Create, options: ReadOptions) => {
      openings.push(options);
      const index = {
        manifest,
        filters: {},
        pages: { sorts: {} },
        scorer: await create({}),
        replaceScorer: async (another: Create) => {
          index.scorer = await another({});
        },
      };
      return index;
    },
  },
}));

vi.mock('../engine/facets.ts', () => ({ facetsOf: () => ({}) }));

vi.mock('../engine/search.ts', () => {
  type Sites = { sites: { index: { scorer: { backend: string; device?: { isLost: boolean } } } }[] };
  const answer = async ({ sites: [{ index }] }: Sites) => {
    if (index.scorer.device?.isLost) throw new LatelightError('device-lost', 'webgpu-scorer: lost');
    return { backend: index.scorer.backend };
  };
  return {
    search: answer,
    searchInstant: answer,
    searchTable: answer,
    explain: (_: unknown, index: unknown) => answer({ sites: [{ index }] } as Sites),
  };
});

const { EngineHost } = await import('./engine-host.ts');

const auto: OpenSettings = { device: 'auto', offline: false, instant: true, workers: 1, mergeIndex: [], language: '' };
const progress: LoadProgress[] = [];
const open = (settings = auto) =>
  EngineHost.open(
    'http://site.test/',
    settings,
    (report) => void progress.push(report),
    async () => undefined,
  );

beforeEach(() => {
  vi.stubGlobal('navigator', { hardwareConcurrency: 1 });
  progress.length = openings.length = 0;
  Object.assign(merged, { known: [], log: [], patience: {} });
  Object.assign(gpu, { arrived: Promise.resolve(), hasMemory: true, opensModels: true, encoders: new Set(), made: [] });
});

it.each(['search', 'explain'] as const)('recovers from a lost device in %s', async (call) => {
  const host = await open();
  await host.ready;
  gpu.made[0].lose();
  const answer = call === 'search' ? host.search('words', {}) : host.explain('words', { site: 0, id: 0 });
  expect(await answer).toEqual({ backend: 'webgpu' });
  expect(gpu.made.map(({ destroyed }) => destroyed)).toEqual([1, 0]);
});

it('recovers from a device that is lost before the full stage, in a search of the instant one', async () => {
  let arrive = () => {};
  gpu.arrived = new Promise((resolve) => {
    arrive = resolve;
  });
  const host = await open();
  gpu.made[0].lose();
  gpu.opensModels = false;
  expect(await host.searchInstant('words', {})).toEqual({ backend: 'webgpu' });
  expect(host.stage).toBe('instant');
  arrive();
  expect(await host.search('words', {})).toEqual({ backend: 'wasm' });
  expect(host.stage).toBe('full');
  await host.ready;
});

it('recovers from a lost device in a search of the instant stage alone', async () => {
  const host = await open();
  await host.ready;
  gpu.made[0].lose();
  expect(await host.search('words', { stage: 'instant' })).toEqual({ backend: 'webgpu' });
});

it('leaves no device and no encoder open of a recovery which fails', async () => {
  const host = await open({ ...auto, device: 'webgpu' });
  await host.ready;
  gpu.made[0].lose();
  gpu.opensModels = false;
  await expect(host.search('words', {})).rejects.toMatchObject({ code: 'bad-model' });
  Object.assign(gpu, { opensModels: true, hasMemory: false });
  await expect(host.search('words', {})).rejects.toMatchObject({ code: 'device-lost' });
  expect([gpu.made[1].destroyed, gpu.made[2].destroyed, gpu.encoders.size]).toEqual([1, 1, 0]);
});

it('opens without a GPU that has no memory for the codes, and says so, unless it was asked for by name', async () => {
  gpu.hasMemory = false;
  const host = await open();
  expect(host.info.backend).toBe('wasm');
  expect(host.info.notice).toContain('no bytes left');
  await expect(open({ ...auto, device: 'webgpu' })).rejects.toMatchObject({ code: 'device-lost' });
  expect(gpu.made.map(({ destroyed }) => destroyed)).toEqual([1, 1]);
});

it.each([true, false])(
  'ends what a GPU that refuses has under way, and counts none of it, with instant %s',
  async (instant) => {
    gpu.hasMemory = false;
    let arrive = () => {};
    gpu.arrived = new Promise((resolve) => {
      arrive = resolve;
    });
    const opening = open({ ...auto, instant });
    // Without an instant stage both encoders are under way: the first must not be waited for.
    await vi.waitFor(() => expect(openings).toHaveLength(2));
    arrive();
    await (await opening).ready;
    expect(openings.map(({ signal }) => signal?.aborted)).toEqual([true, false]);
    const before = progress.length;
    openings[0].onBytes?.(1, false);
    expect(progress).toHaveLength(before);
  },
);

it.each([true, false])('goes on without a GPU that does not open the model, with instant %s', async (instant) => {
  gpu.opensModels = false;
  const host = await open({ ...auto, instant });
  await host.ready;
  expect(host.info.backend).toBe('wasm');
  expect(host.info.notice).toContain('GPU refused (encoder: cannot open the model)');
  expect(gpu.made.map(({ destroyed }) => destroyed)).toEqual([1]);
  await expect(open({ ...auto, instant, device: 'webgpu' }).then(({ ready }) => ready)).rejects.toMatchObject({
    code: 'bad-model',
  });
});

it.each([true, false])(
  'keeps no manifest of a site that did not open, and of another once its files are there, offline %s',
  async (offline) => {
    const { log } = merged;
    const site = (name: string, search?: object) => ({
      source: {
        kept: async () => void log.push(`${name} is kept`),
        keepManifests: async () => void log.push(`${name}'s manifest`),
        keep: async () => void log.push(`${name}'s text`),
      },
      manifest: { fragments: [], shards: [], queryEncoder: {} },
      search,
    });
    merged.known = [site('a', { index: { prefetch: async () => undefined } }), site('b')];
    await (await open({ ...auto, offline })).ready;
    await vi.waitFor(() => expect(log).toContain('prune'));
    expect(log).toEqual(['a is kept', "a's manifest", ...(offline ? ["a's text"] : []), 'prune']);
  },
);

it('waits longer for what no search can do without than for what others can do without, also on another device', async () => {
  gpu.opensModels = false;
  await (await open()).ready;
  expect(merged.patience).toEqual({ table: 30_000, tokenizer: 30_000, 'model of a GPU': 30_000, model: 30_000 });
});

it('counts what arrives for another device anew, from what is here on, and nothing once the full stage was there', async () => {
  merged.known = [{ manifest: { queryEncoder: {} } }];
  gpu.opensModels = false;
  const host = await open();
  await host.ready;
  const ofAnother = { totalBytes: 8, fromCache: false };
  expect(progress.slice(-2)).toEqual([
    { ...ofAnother, loadedBytes: 6, part: 'index' },
    { ...ofAnother, loadedBytes: 7, part: 'model' },
  ]);
  gpu.opensModels = true;
  const full = await open();
  await full.ready;
  const before = progress.length;
  gpu.made[1].lose();
  await full.search('words', {});
  expect(gpu.made).toHaveLength(3);
  expect(progress).toHaveLength(before);
});
