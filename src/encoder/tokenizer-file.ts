// The tokenizer as the page downloads it: Hugging Face's tokenizer.json with what @huggingface/tokenizers never reads left
// out, and a dense vocabulary written as a list in id order, which gzips to little more than half.

import { Tokenizer } from '@huggingface/tokenizers';

type Json = Record<string, unknown>;

export interface OpenTokenizer {
  tokenizer: Tokenizer;
  /** Every id is below this. */
  vocabularySize: number;
  unknownId: number | undefined;
}

/** Opens a parsed tokenizer.json, packed or as Hugging Face writes it. @param config parsed tokenizer_config.json */
export function openTokenizer(json: Json, config: object): OpenTokenizer {
  const packed = openWordPiece(json, config);
  const whole = packed ? json : unpackTokenizer(json);
  const tokenizer = packed ?? new Tokenizer(whole, config);
  const unknown = (json.model as Json | undefined)?.unk_token;
  return {
    tokenizer,
    vocabularySize: vocabularySize(whole),
    unknownId: typeof unknown === 'string' ? tokenizer.token_to_id(unknown) : undefined,
  };
}

/**
 * A packed WordPiece vocabulary goes into the tokenizer's map straight from its list. As an object, which the constructor takes and turns into
 * a map, the 30,522 words of BERT cost a returning visitor 25 ms more (docs/decisions/0010).
 * @returns nothing when the file is not such a one
 */
function openWordPiece(json: Json, config: object): Tokenizer | undefined {
  const { vocab_list: list, ...model } = (json.model ?? {}) as Json & { vocab_list?: string[] };
  const unknown = model.unk_token;
  if (!list || model.type !== 'WordPiece' || typeof unknown !== 'string') return undefined;
  const unknownId = list.indexOf(unknown);
  if (unknownId < 0) return undefined;
  const tokenizer = new Tokenizer({ ...json, model: { ...model, vocab: { [unknown]: unknownId } } }, config);
  const { tokens_to_ids: ids, vocab } = tokenizer.model!;
  list.forEach((word, id) => {
    // Added tokens are there already, and come before words of the vocabulary.
    if (!ids.has(word)) ids.set(word, id);
    vocab[id] ??= word;
  });
  return tokenizer;
}

function vocabularySize(json: Json): number {
  const { vocab = {}, vocab_list: list } = (json.model ?? {}) as { vocab?: object; vocab_list?: string[] };
  const added = ((json.added_tokens ?? []) as { id: number }[]).map(({ id }) => id);
  const words = list ?? vocab;
  const ids = Array.isArray(words) ? [words.length - 1] : Object.values(words as Record<string, number>);
  return 1 + [...ids, ...added].reduce((most, id) => Math.max(most, id), -1);
}

/** Makes the small form of a parsed tokenizer.json. Vocabularies that are not a dense 0..n-1 map stay as they are. */
export function packTokenizer(tokenizer: Json): Json {
  const { truncation: _truncation, padding: _padding, ...rest } = tokenizer;
  const model = rest.model as Json;
  const vocab = model.vocab;
  if (typeof vocab !== 'object' || vocab === null || Array.isArray(vocab)) return rest;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(vocab as Record<string, number>)) tokens[id] = token;
  const dense = tokens.length === Object.keys(vocab).length && !tokens.includes(undefined as unknown as string);
  return dense ? { ...rest, model: { ...model, vocab: undefined, vocab_list: tokens } } : rest;
}

/** Inverts `packTokenizer`, up to the truncation and padding that it left out. */
export function unpackTokenizer(packed: Json): Json {
  const { vocab_list: list, ...model } = packed.model as Json & { vocab_list?: string[] };
  if (!list) return packed;
  // Null prototype: a vocabulary may hold "__proto__" and "constructor".
  const vocab: Record<string, number> = Object.create(null);
  for (let id = 0; id < list.length; id++) vocab[list[id]] = id;
  return { ...packed, model: { ...model, vocab } };
}

/** The tokenizer of a model that lower-cases texts itself (sentence-transformers' `do_lower_case`), as one that does. */
export function lowerCased(tokenizer: Json): Json {
  const own = tokenizer.normalizer;
  const normalizers = [{ type: 'Lowercase' }, ...(own ? [own] : [])];
  return { ...tokenizer, normalizer: { type: 'Sequence', normalizers } };
}
