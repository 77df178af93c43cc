// Which device the library ends up on when one is lost or refuses. Model, storage and searching are real, and onnxruntime is Node's; the
// GPU is a stand-in, whose scorer counts on the CPU.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { ColbertTokenizer } from '../../encoder/colbert-tokenizer.ts';
import { vocabularyUse } from '../../encoder/vocabulary-use.ts';
import { createWasmScorer } from '../../engine/wasm-scorer.ts';
import { LatelightError } from '../../errors.ts';
import { ENGINE_FILE_VERSION } from '../../format/engine-file.ts';
import { blockBytes } from '../../format/layout.ts';
import type { ShardShape } from '../../format/shard.ts';
import { queryTableFileName } from '../../model-files/codec-files.ts';
import { DEFAULT_SHAPE, openModel, queryEncoderFolder } from '../../model-files/model.ts';
import { addEngineFiles, FolderFiles } from '../../node/engine-files.ts';
import { defaultModelFolder } from '../../node/package-files.ts';
import { type LosableDevice, losableDevice } from '../../worker/losable-device.fixture.ts';
import type { ServedEngine } from '../../worker/serve-engine.ts';
import type { LibraryStore } from '../storage/library-store.ts';
import { storedPassage } from '../storage/segment.fixture.ts';
import { addWaiting, openStoredLibrary } from '../storage/stored-library.fixture.ts';
import { LibraryHost } from './library-host.ts';
import { Segmenter } from './segmenter.ts';

/** What the GPU does next. */
const gpu = { hasMemory: true, opensModels: true, made: [] as LosableDevice[] };

vi.mock('../../worker/gpu-device.ts', () => ({
  chooseDevice: async () => {
    const device = losableDevice();
    gpu.made.push(device);
    return { device, notice: '' };
  },
}));

/** What fails when its device is lost. */
function on<T extends unknown[], R>(device: { isLost: boolean } | undefined, run: (...what: T) => Promise<R>) {
  return async (...what: T) => {
    if (device?.isLost) throw new Error('it has no device');
    return run(...what);
  };
}

vi.mock('../../engine/webgpu-scorer.ts', () => ({
  createWebgpuScorer: async (device: { isLost: boolean }, ...[codec]: Parameters<typeof createWasmScorer>) => {
    if (!gpu.hasMemory) throw new LatelightError('device-lost', 'addShard: the GPU has no bytes left');
    const scorer = await createWasmScorer(codec);
    return Object.assign(Object.create(scorer), {
      backend: 'webgpu',
      passageCodes: undefined, // codes are on the GPU alone
      search: on(device, scorer.search),
      searchEmbeddings: on(device, scorer.searchEmbeddings),
    });
  },
}));

vi.mock('../../encoder/runtime-web.ts', async () => {
  const { openNodeRuntime } = await import('../../encoder/runtime-node.ts');
  return {
    webgpuBuild: () => 'jspi',
    loadOrt: async () => undefined,
    startOrt: async () => undefined,
    openWebRuntime: async (_: unknown, _wasm: unknown, model: Uint8Array, device?: { isLost: boolean }) => {
      if (device && !gpu.opensModels) throw new LatelightError('bad-model', 'encoder: cannot open the model');
      const runtime = await openNodeRuntime(model);
      const { session } = runtime;
      session.run = on(device, session.run.bind(session)) as typeof session.run;
      return runtime;
    },
  };
});

const APP = 'https://a.example/library/';
const app = new FolderFiles();
let shape: ShardShape;
let tokenizer: ColbertTokenizer;
beforeAll(async () => {
  const model = await openModel(defaultModelFolder, DEFAULT_SHAPE);
  tokenizer = model.folder.tokenizer;
  shape = { ...model.shape, codecSha256: model.codecSha256 };
  const queryTable = new Uint8Array(await readFile(join(defaultModelFolder, queryTableFileName(model.shape))));
  const refs = await addEngineFiles(app, model, {
    webgpu: true,
    queryTable,
    encoder: queryEncoderFolder(model.folder),
  });
  const documentEncoder = { name: model.folder.name, weights: 'int8', sha256: refs.queryEncoder.weights.wasm.sha256 };
  const engine = { format: 'latelight-engine', version: ENGINE_FILE_VERSION, ...refs, documentEncoder };
  app.addText('engine.json', JSON.stringify(engine));
});

let store: LibraryStore;
let libraries: ServedEngine[] = [];
beforeEach(async () => {
  Object.assign(gpu, { hasMemory: true, opensModels: true, made: [] });
  ({ store } = await openStoredLibrary());
  vi.stubGlobal('fetch', async (url: string | URL) => {
    const asked = app.list.find(({ file }) => `${APP}${file}` === String(url));
    return asked ? new Response((await asked.content()) as BodyInit) : new Response('', { status: 404 });
  });
});
afterEach(() => {
  for (const library of libraries) library.close();
  libraries = [];
  store.close();
  vi.unstubAllGlobals();
});

async function open(device: 'auto' | 'webgpu' = 'auto') {
  const settings = { device, offline: true, instant: true, workers: 1, mergeIndex: [], language: '' };
  const nothing = () => undefined;
  const library = await LibraryHost.open(APP, settings, nothing, async () => undefined, new AbortController().signal);
  libraries.push(library);
  return library;
}

/** A document of one passage that can be searched. */
async function addDone(path: string): Promise<void> {
  const { id } = await addWaiting(store, path);
  const text = 'The words of the keeper.';
  const { passage, encoded } = storedPassage(text, 0);
  const blocks = new Uint8Array(blockBytes(shape.dim, shape.subspaceDim));
  await store.putWhole(id, [{ passage, encoded: { ...encoded, blocks } }]);
  const countWords = async () => vocabularyUse(tokenizer, [text]);
  const nothing = () => undefined;
  await new Segmenter(store, shape, countWords, nothing, nothing).finish([id]);
}

const backendOf = async (library: ServedEngine) => (await library.search('words', {})).backend;

it('recovers from a lost device in a search, in one of the instant stage and in explain', async () => {
  await addDone('harbour.md');
  const library = await open();
  await library.ready;
  gpu.made[0].lose();
  const found = await library.search('words', {});
  expect(found).toMatchObject({ backend: 'webgpu', stage: 'full', hits: [{ title: 'Title' }] });
  gpu.made[1].lose();
  const instant = await library.search('words', { stage: 'instant' });
  expect(instant).toMatchObject({ backend: 'webgpu', stage: 'instant', hits: [{ title: 'Title' }] });
  gpu.made[2].lose();
  expect(await library.explain('words', found.hits[0])).toMatchObject({ text: 'The words of the keeper.' });
  expect(gpu.made.map(({ destroyed }) => destroyed)).toEqual([1, 1, 1, 0]);
});

it('answers in the instant stage alone where no word of the query is known, as in a library without documents', async () => {
  const library = await open();
  expect(await library.search('words', { stage: 'instant' })).toMatchObject({ stage: 'instant', hits: [] });
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
  await addDone('harbour.md');
  const anotherWorker = new BroadcastChannel('latelight-library');
  anotherWorker.postMessage({ type: 'segments' });
  await expect.poll(() => backendOf(library), { timeout: 10_000 }).toBe('wasm');
  expect((await library.search('words', {})).hits).toHaveLength(1);
  anotherWorker.close();
});

it('goes on without a GPU that does not open the model', async () => {
  gpu.opensModels = false;
  const library = await open();
  await library.ready;
  expect(await library.search('words', {})).toMatchObject({ backend: 'wasm' });
});
