// The way into the Node API: opens the model, gives a builder.

import { resolve } from 'node:path';
import { isRelativeFolder } from '../format/manifest.ts';
import { resolveModel } from '../model-files/hub.ts';
import { DEFAULT_SHAPE, openModel } from '../model-files/model.ts';
import * as rule from './check-options.ts';
import { IndexBuilder } from './index-builder.ts';
import type { CreateIndexOptions, SearchIndexBuilder } from './options.ts';
import { defaultModelFolder } from './package-files.ts';

export const RULES = {
  model: rule.filledText,
  shape: rule.anyObject,
  modelOverrides: rule.anyObject,
  webgpu: rule.flag,
  cache: {
    expected: 'true, false or the path of a file',
    holds: (value: unknown) => rule.flag.holds(value) || rule.filledText.holds(value),
  },
  cleanUrls: rule.flag,
  title: rule.text,
  examples: rule.texts,
  siteRoot: {
    expected: "a relative folder such as '../' or 'docs/'",
    holds: (value: unknown) => typeof value === 'string' && isRelativeFolder(value),
  },
  splitByLang: rule.flag,
  language: rule.languageTag,
  onProgress: rule.call,
  onMessage: rule.call,
  signal: { expected: 'an AbortSignal', holds: (value: unknown) => value instanceof AbortSignal },
} satisfies Record<keyof CreateIndexOptions, rule.Rule>;

/**
 * Opens the model, downloading it first when it is one of the Hub.
 * @throws LatelightError `bad-option`; `bad-model`, `bad-codec`, `download-failed`, `hash-mismatch` of the model; `aborted`
 */
export function createIndex(options: CreateIndexOptions = {}): Promise<SearchIndexBuilder> {
  return openBuilder(options);
}

/** Of the options that are objects, what is in them. @throws LatelightError `bad-option` */
export function checkModelOptions(
  where: string,
  { shape = {}, modelOverrides = {} }: Pick<CreateIndexOptions, 'shape' | 'modelOverrides'>,
): void {
  rule.checkOptions(`${where} shape`, shape, {
    dim: {
      expected: 'a whole number from 8 to 256',
      holds: (dim) => Number.isInteger(dim) && Number(dim) >= 8 && Number(dim) <= 256,
    },
    subspaceDim: { expected: '2 or 4', holds: (subspaceDim) => subspaceDim === 2 || subspaceDim === 4 },
  });
  rule.checkOptions(`${where} modelOverrides`, modelOverrides, {
    queryPrompt: rule.text,
    documentPrompt: rule.text,
    queryExpansion: rule.flag,
  });
}

/** @param ownCache the file that `cache: true` means, where it is not the project's */
export async function openBuilder(options: CreateIndexOptions, ownCache?: string): Promise<SearchIndexBuilder> {
  rule.checkOptions('createIndex', options, RULES);
  checkModelOptions('createIndex', options);
  const { model = defaultModelFolder, shape, modelOverrides, onMessage } = options;
  const folder = await resolveModel(model, {
    onMessage: (line) => onMessage?.(line),
    signal: options.signal ?? new AbortController().signal,
  });
  const open = await openModel(folder, { subspaceDim: DEFAULT_SHAPE.subspaceDim, ...shape }, modelOverrides);
  return new IndexBuilder(open, options, resolve(folder) === defaultModelFolder, ownCache);
}
