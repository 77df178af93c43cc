// What a ColBERT model's own files say about encoding, parsed and checked. Field names follow PyLate's
// config_sentence_transformers.json; the manifest stores this object and the page obeys it.

import { LatelightError } from '../errors.ts';

export interface ModelConfig {
  /** Text put before every query and document, before tokenizing. */
  prompts: { query: string; document: string };
  /** Token inserted at position 1, after the first special token. */
  prefixes: { query: string; document: string };
  /** Most tokens, special and prefix tokens counted. */
  queryLength: number;
  documentLength: number;
  /** Pad queries to `queryLength` with the mask token and score those rows too. */
  queryExpansion: boolean;
  /** Whether attention sees the padding of an expanded query. */
  attendToExpansionTokens: boolean;
  /** Tokens whose rows are dropped from documents after encoding. */
  skiplist: string[];
  /** The token that pads expanded queries. */
  maskToken: string;
}

type Json = Record<string, unknown>;

/** PyLate's default skip list: ASCII punctuation (Python's string.punctuation). */
const ASCII_PUNCTUATION = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];

/**
 * Reads PyLate's config files.
 * @param sentenceTransformers config_sentence_transformers.json
 * @param specialTokens special_tokens_map.json or tokenizer_config.json: the one that names `mask_token`
 * @throws LatelightError `bad-model` for a missing or mistyped field without which encoding would differ from training.
 */
export function parseModelConfig(sentenceTransformers: unknown, specialTokens: unknown): ModelConfig {
  const config = asObject(sentenceTransformers, 'config_sentence_transformers.json');
  const prompts = config.prompts === undefined ? {} : asObject(config.prompts, 'prompts');
  const queryExpansion = asBoolean(config.do_query_expansion ?? true, 'do_query_expansion');
  return {
    prompts: {
      query: asString(prompts.query ?? '', 'prompts.query'),
      document: asString(prompts.document ?? '', 'prompts.document'),
    },
    prefixes: {
      query: asString(config.query_prefix, 'query_prefix'),
      document: asString(config.document_prefix, 'document_prefix'),
    },
    queryLength: asLength(config.query_length, 'query_length'),
    documentLength: asLength(config.document_length, 'document_length'),
    queryExpansion,
    attendToExpansionTokens: asBoolean(config.attend_to_expansion_tokens ?? false, 'attend_to_expansion_tokens'),
    skiplist:
      config.skiplist_words === undefined ? ASCII_PUNCTUATION : asStrings(config.skiplist_words, 'skiplist_words'),
    maskToken: queryExpansion ? tokenContent(asObject(specialTokens, 'special tokens').mask_token) : '',
  };
}

function fail(field: string, expected: string, got: unknown): never {
  throw new LatelightError(
    'bad-model',
    `model config: expected ${field} to be ${expected}, got ${JSON.stringify(got) ?? 'nothing'}. ` +
      "Use a folder saved by PyLate, with config_sentence_transformers.json and the tokenizer's files.",
  );
}

function asObject(value: unknown, field: string): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : fail(field, 'an object', value);
}

function asString(value: unknown, field: string): string {
  return typeof value === 'string' ? value : fail(field, 'a string', value);
}

function asStrings(value: unknown, field: string): string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? value
    : fail(field, 'a list of strings', value);
}

function asBoolean(value: unknown, field: string): boolean {
  return typeof value === 'boolean' ? value : fail(field, 'true or false', value);
}

function asLength(value: unknown, field: string): number {
  return Number.isInteger(value) && (value as number) >= 4 && (value as number) <= 65536
    ? (value as number)
    : fail(field, 'a whole number of tokens from 4', value);
}

function tokenContent(value: unknown): string {
  if (typeof value === 'string') return value;
  return asString(asObject(value, 'mask_token').content, 'mask_token.content');
}
