// Pages in a language that the default model was not trained on: found by their words, with a warning when they are indexed.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { latelight } from './latelight.fixture.ts';

const PAGES = {
  cat: '猫は一日の大半を眠って過ごします。',
  fuji: '富士山は日本で一番高い山です。',
  rain: '梅雨の時期は傘を持って出かけましょう。',
  sea: '海水浴場は七月に開きます。',
  tax: '消費税の申告は三月末までに行います。',
  tea: '緑茶は熱すぎないお湯で入れてください。',
  train: '新幹線は東京と大阪を結びます。',
};

let folder = '';
let said = '';
const at = (path: string) => join(folder, path);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latelight-languages-'));
  await mkdir(at('ja'));
  for (const [name, text] of Object.entries(PAGES))
    await writeFile(at(`ja/${name}.html`), `<html lang="ja"><title>${name}</title><main><p>${text}</p></main>`);
  said = (await latelight('index', at('ja'), '--no-webgpu', '--no-cache')).err;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('warns that the model is of another language, before it encodes', () => {
  expect(said.split('\n')[0]).toMatch(/^warning: 7 of 7 pages are in ja; the default model is trained on English/);
});

it.each([
  ['傘', 'rain'],
  ['海', 'sea'],
  ['税金', 'tax'],
  ['富士山はどこですか', 'fuji'],
  ['新幹線で大阪へ', 'train'],
])('finds the page that has the words of %s, which the model knows nothing of', async (query, page) => {
  const { out } = await latelight('search', at('ja/latelight'), query, '--json');
  expect(JSON.parse(out).hits[0].url).toBe(`${page}.html`);
});
