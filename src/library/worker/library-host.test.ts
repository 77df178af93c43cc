// Which device the library ends up on when one is lost or refuses. Storage, files, runtime and searching are stand-ins.

import { beforeEach, expect, it, vi } from 'vitest';
import { LatelightError } from '../../errors.ts';

/** What the GPU does next, and who hears that a document was added. */
const gpu = {
  hasMemory: true,
  opensModels: true,
  made: [] as { destroyed: number; lose: () => void }[],
  announce: (_: { type: string }) => {},
};

vi.mock('../../worker/gpu-device.ts', () => ({
  chooseDevice: async () => {
    let lose = () => {};
    const lost = new Promise<void>((resolve) => {
      lose = resolve;
    });
    const device = {
      lost,
      isLost: false,
      destroyed: 0,
      lose: () => {
        device.isLost = true;
        lose();
      },
      destroy: () => void device.destroyed++,
    };
    gpu.made.push(device);
    return { device, notice: '' };
  },
}));

vi.mock('../../worker/open-encoder.ts', () => ({
  usable: (choice: unknown) => choice,
  encoderFiles: () => ({ wasm: { bytes: 1 }, model: { bytes: 1 } }),
  openEncoder: async (_app: unknown, _engine: unknown, _tokenizer: unknown, device: unknown) => {
    if (device && !gpu.opensModels) throw new LatelightError('bad-model', 'encoder: cannot open the model');
    return { close: async () => undefined };
  },
}));

vi.mock('../../worker/open-stages.ts', () => ({ readTokenizer: async () => ({}) }));
vi.mock('../../worker/http-source.ts', () => ({
  HttpSource: class {
    read = async () => new Uint8Array();
    kept = async () => undefined;
    keep = async () => undefined;
    keepManifests = async () => undefined;
    prune = async () => undefined;
  },
}));
vi.mock('../../codec/codec-file.ts', () => ({ readCodec: () => ({}) }));
vi.mock('../storage/library-store.ts', () => ({ LibraryStore: { open: async () => ({ close: () => undefined }) } }));
vi.mock('./library-engine.ts', () => ({
  readEngineFile: async () => ({ codec: { bytes: 1 }, queryEncoder: { tokenizer: { bytes: 1 }, queryTable: {} } }),
}));
vi.mock('./announcements.ts', () => ({
  listen: (hear: typeof gpu.announce) => {
    gpu.announce = hear;
    return () => undefined;
  },
}));
vi.mock('../storage/library-words.ts', () => ({
  LibraryWords: class {
    table = {};
    count = () => undefined;
  },
}));

type Create = (codec: unknown) => Promise<{ backend: string; device?: { isLost: boolean } }>;

vi.mock('./segment-list.ts', () => ({
  SegmentList: class {
    all: { index: { scorer: Awaited<ReturnType<Create>> } }[] = [];
    settled = Promise.resolve();
    constructor(
      _store: unknown,
      _source: unknown,
      _engine: unknown,
      _url: string,
      private scorerFor: (segment: unknown) => Create,
    ) {}
    create = () => this.scorerFor({ shards: [], passageCount: 1 })({});
    async refresh() {
      this.all = [...this.all, { index: { scorer: await this.create() } }];
    }
    async refill(scorerFor: (segment: unknown) => Create) {
      this.scorerFor = scorerFor;
      for (const { index } of this.all) index.scorer = await this.create();
    }
    find = () => this.all[0];
    closeRetired = () => undefined;
    close = () => undefined;
  },
}));

vi.mock('../../engine/webgpu-scorer.ts', () => ({
  createWebgpuScorer: async (device: unknown) => {
    if (!gpu.hasMemory) throw new LatelightError('device-lost', 'addShard: the GPU has no bytes left');
    return { backend: 'webgpu', device };
  },
}));
vi.mock('../../engine/wasm-scorer.ts', () => ({ createWasmScorer: async () => ({ backend: 'wasm' }) }));
vi.mock('../../engine/facets.ts', () => ({ facetsOf: () => ({}) }));
vi.mock('../../engine/search.ts', () => {
  type Index = { scorer: Awaited<ReturnType<Create>> };
  const answer = async ({ sites: [{ index }] }: { sites: { index: Index }[] }) => {
    if (index.scorer.device?.isLost) throw new LatelightError('device-lost', 'webgpu-scorer: lost');
    return { backend: index.scorer.backend, hits: [] };
  };
  const explain = (_: unknown, index: Index) => answer({ sites: [{ index }] });
  return { search: answer, searchInstant: answer, nothingKnown: () => ({}), explain };
});

const { LibraryHost } = await import('./library-host.ts');

function open(device: 'auto' | 'webgpu' = 'auto') {
  const settings = { device, offline: true, instant: true, workers: 1, mergeIndex: [], language: '' };
  const { signal } = new AbortController();
  return LibraryHost.open(
    'http://app.test/library/',
    settings,
    () => undefined,
    async () => undefined,
    signal,
  );
}

beforeEach(() => {
  Object.assign(gpu, { hasMemory: true, opensModels: true, made: [] });
});

it('recovers from a lost device in a search, in one of the instant stage and in explain', async () => {
  const library = await open();
  await library.ready;
  gpu.made[0].lose();
  expect(await library.search('words', {})).toMatchObject({ backend: 'webgpu' });
  gpu.made[1].lose();
  expect(await library.search('words', { stage: 'instant' })).toMatchObject({ backend: 'webgpu' });
  gpu.made[2].lose();
  expect(await library.explain('words', { site: 0, id: 0 })).toMatchObject({ backend: 'webgpu' });
  expect(gpu.made.map(({ destroyed }) => destroyed)).toEqual([1, 1, 1, 0]);
});

it('opens without a GPU that has no memory for the codes, unless it was asked for by name', async () => {
  gpu.hasMemory = false;
  const library = await open();
  expect(await library.search('words', {})).toMatchObject({ backend: 'wasm' });
  await expect(open('webgpu')).rejects.toMatchObject({ code: 'device-lost' });
  expect(gpu.made.map(({ destroyed }) => destroyed)).toEqual([1, 1]);
});

it('goes on without a GPU that has no memory for a document which was added', async () => {
  const library = await open();
  await library.ready;
  gpu.hasMemory = false;
  gpu.announce({ type: 'segments' });
  await expect.poll(async () => (await library.search('words', {})).backend).toBe('wasm');
});

it('goes on without a GPU that does not open the model', async () => {
  gpu.opensModels = false;
  const library = await open();
  await library.ready;
  expect(await library.search('words', {})).toMatchObject({ backend: 'wasm' });
});
