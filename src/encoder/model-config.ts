// What a ColBERT model's own files say about encoding, parsed and checked. The manifest stores the result and the page obeys it.
// Field names of the sources are PyLate's (config_sentence_transformers.json), next-plaid's (onnx_config.json, which its exporter
// writes) and the original ColBERT's (artifact.metadata).

import { LatelightError } from '../errors.ts';
import type { ModelConfig } from '../format/engine-refs.ts';
import { MAX_QUERY_TOKENS, TEXT_TOKENS } from '../format/layout.ts';

/** Said by the user, where a model's files do not say it or say it wrongly. */
export interface ModelOverrides {
  /** Text before every query. */
  queryPrompt?: string;
  /** Text before every passage. */
  documentPrompt?: string;
  /** Whether queries are padded with mask tokens to their full length. */
  queryExpansion?: boolean;
}

/** Parsed JSON of a model folder; what it does not have is absent. */
export interface ConfigSources {
  /** config_sentence_transformers.json */
  pylate?: Json;
  /** onnx_config.json */
  onnx?: Json;
  /** artifact.metadata; `{}` for an original ColBERT checkpoint without one */
  original?: Json;
  /** Files that may name special tokens, in the order they are asked. */
  special: Json[];
  /** Added tokens of tokenizer.json by id. */
  addedTokens: ReadonlyMap<number, string>;
}

type Json = Record<string, unknown>;

/** PyLate's default skip list: ASCII punctuation (Python's string.punctuation). */
const ASCII_PUNCTUATION = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];
const ORIGINAL_PREFIXES = { query: '[unused0]', document: '[unused1]' };

/**
 * Each field from the first source that has it: PyLate's config, then the original ColBERT's, then the exporter's. Prompts and
 * expansion are never taken from the exporter's: it writes no prompts, and expansion always off.
 * @throws LatelightError `bad-model` for a missing or mistyped field without which encoding would differ from training
 */
export function parseModelConfig(sources: ConfigSources, overrides: ModelOverrides = {}): ModelConfig {
  const { pylate, onnx, original } = sources;
  const field = (name: string, originalName?: string) =>
    pylate?.[name] ?? (originalName ? original?.[originalName] : undefined) ?? onnx?.[name];
  if (!pylate && !original) requireOverrides(overrides, onnx);
  const queryExpansion =
    overrides.queryExpansion ?? asBoolean(pylate?.do_query_expansion ?? true, 'do_query_expansion');
  const attend = field('attend_to_expansion_tokens', 'attend_to_mask_tokens') ?? false;
  return {
    prompts: promptsOf(pylate?.prompts, overrides),
    prefixes: {
      query: asString(field('query_prefix', 'query_token_id') ?? (original && ORIGINAL_PREFIXES.query), 'query_prefix'),
      document: asString(
        field('document_prefix', 'doc_token_id') ?? (original && ORIGINAL_PREFIXES.document),
        'document_prefix',
      ),
    },
    queryLength: scoredLength(asLength(field('query_length', 'query_maxlen'), 'query_length'), queryExpansion),
    documentLength: asLength(field('document_length', 'doc_maxlen'), 'document_length'),
    queryExpansion,
    // As PyLate has it: without expansion there is nothing to attend to.
    attendToExpansionTokens: queryExpansion && asBoolean(attend, 'attend_to_expansion_tokens'),
    skiplist: asStrings(field('skiplist_words') ?? ASCII_PUNCTUATION, 'skiplist_words'),
    maskToken: queryExpansion ? padding(sources) : '',
  };
}

/** An exporter's file alone leaves open what changes every row; guessing would be a silent loss of quality. */
function requireOverrides(
  { queryPrompt, documentPrompt, queryExpansion }: ModelOverrides,
  onnx: Json | undefined,
): void {
  if (onnx && queryPrompt !== undefined && documentPrompt !== undefined && queryExpansion !== undefined) return;
  const name = typeof onnx?.model_name === 'string' ? ` of ${onnx.model_name}` : '';
  throw new LatelightError(
    'bad-model',
    onnx
      ? `model config: expected config_sentence_transformers.json${name} beside onnx_config.json, which says nothing of prompts and ` +
          'always switches query expansion off. Copy that file from the model, or say --query-prompt, --document-prompt ' +
          '(both may be empty) and --query-expansion on or off.'
      : 'model config: expected config_sentence_transformers.json, onnx_config.json or artifact.metadata, found none. ' +
          'Use a ColBERT model as PyLate saves it or as an exporter for PyLate models writes it.',
  );
}

function promptsOf(value: unknown, overrides: ModelOverrides): ModelConfig['prompts'] {
  const prompts = asObject(value ?? {}, 'prompts');
  const other = Object.keys(prompts).filter((name) => name !== 'query' && name !== 'document' && prompts[name] !== '');
  if (other.length > 0 && !prompts.query && !prompts.document && overrides.queryPrompt === undefined) {
    throw new LatelightError(
      'bad-model',
      `model config: expected prompts named query and document, got ${other.join(', ')}. ` +
        'Say which one stands before what with --query-prompt and --document-prompt.',
    );
  }
  return {
    query: asString(overrides.queryPrompt ?? prompts.query ?? '', 'prompts.query'),
    document: asString(overrides.documentPrompt ?? prompts.document ?? '', 'prompts.document'),
  };
}

/**
 * Without expansion a shorter length only cuts questions of more than 64 tokens; with it every query would lose rows that it was
 * trained to have.
 */
function scoredLength(length: number, queryExpansion: boolean): number {
  if (length <= MAX_QUERY_TOKENS || !queryExpansion) return Math.min(length, MAX_QUERY_TOKENS);
  throw new LatelightError(
    'bad-model',
    `model config: expected query_length to be at most ${MAX_QUERY_TOKENS} with query expansion, as many rows as a search scores, got ${length}. ` +
      `Write "query_length": ${MAX_QUERY_TOKENS} into the model's config (query_maxlen in artifact.metadata), which pads queries to that, or say ` +
      '--query-expansion off, which pads none; measure either with latelight eval.',
  );
}

/** PyLate pads with the mask token, and with the end token where a model has no mask. */
function padding({ special, onnx, addedTokens }: ConfigSources): string {
  for (const name of ['mask_token', 'eos_token', 'pad_token']) {
    const named = special.map((file) => tokenContent(file[name])).find((token) => token !== undefined);
    if (named !== undefined) return named;
    const id = name === 'mask_token' ? onnx?.mask_token_id : undefined;
    const token = typeof id === 'number' ? addedTokens.get(id) : undefined;
    if (token !== undefined) return token;
    if (name === 'mask_token' && [...addedTokens.values()].includes('[MASK]')) return '[MASK]';
  }
  return fail('mask_token', 'named by special_tokens_map.json or tokenizer_config.json', undefined);
}

function tokenContent(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = typeof value === 'object' && value !== null ? (value as Json).content : undefined;
  return typeof content === 'string' ? content : undefined;
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
  const { least, most } = TEXT_TOKENS;
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
    ? (value as number)
    : fail(field, `a whole number of tokens from ${least} to ${most}`, value);
}
