// The tokenizer as the page downloads it: Hugging Face's tokenizer.json with what @huggingface/tokenizers never reads left
// out, and a dense vocabulary written as a list in id order, which gzips to little more than half.

import { Tokenizer } from '@huggingface/tokenizers';

type Json = Record<string, unknown>;

/** A search of the whole list takes 0.1 ms, the map of BERT's 30,522 words 10 ms in a worker that has just started. */
const MOST_SEARCHES = 150;

export interface OpenTokenizer {
  tokenizer: Tokenizer;
  /** Every id is below this. */
  vocabularySize: number;
  unknownId: number | undefined;
  /** What a text is before it is tokenized. */
  prepare: (text: string) => string;
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
    prepare: spacesIdeographs(json.normalizer) ? (text) => text.replace(FAR_IDEOGRAPHS, ' $& ') : (text) => text,
  };
}

/**
 * Ideographs beyond the first plane that BERT's normalizer puts spaces around, as Hugging Face's Rust has them (from U+2B920, where BERT
 * itself has U+2B820); @huggingface/tokenizers 0.2 asks it of each code unit, and so of none of these.
 */
const FAR_IDEOGRAPHS =
  /[\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;

function spacesIdeographs(normalizer: unknown): boolean {
  const { type, handle_chinese_chars, normalizers = [] } = (normalizer ?? {}) as Json & { normalizers?: unknown[] };
  return type === 'BertNormalizer' ? handle_chinese_chars === true : normalizers.some(spacesIdeographs);
}

/**
 * A packed WordPiece vocabulary stays the list that it is: as an object, which the constructor takes and turns into a map, the 30,522 words
 * of BERT cost a returning visitor 25 ms more than a map of the list, which costs more than the list itself (docs/decisions/0010).
 * @returns nothing when the file is not such a one
 */
function openWordPiece(json: Json, config: object): Tokenizer | undefined {
  const { vocab_list: list, ...model } = (json.model ?? {}) as Json & { vocab_list?: string[] };
  const unknown = model.unk_token;
  if (!list || model.type !== 'WordPiece' || typeof unknown !== 'string') return undefined;
  const unknownId = list.indexOf(unknown);
  if (unknownId < 0) return undefined;
  const tokenizer = new Tokenizer({ ...json, model: { ...model, vocab: { [unknown]: unknownId } } }, config);
  const wordPiece = tokenizer.model!;
  // Added tokens are there already, and come before words of the vocabulary.
  const added = wordPiece.tokens_to_ids;
  wordPiece.tokens_to_ids = new ListedIds(list, added);
  wordPiece.vocab = list;
  for (const [token, id] of added) list[id] = token;
  return tokenizer;
}

/** Ids of a list's words by their place. The first few are looked for in the list, which takes less time than a map of all; then the map is made. */
class ListedIds extends Map<string, number> {
  private list: readonly string[] | undefined;
  private readonly missing = new Set<string>();
  private searches = 0;

  /** @param others ids that come before the list's */
  constructor(list: readonly string[], others: Map<string, number>) {
    super();
    for (const [word, id] of others) this.set(word, id);
    this.list = list;
  }

  override get(word: string): number | undefined {
    return super.get(word) ?? this.search(word);
  }

  override has(word: string): boolean {
    return this.get(word) !== undefined;
  }

  private search(word: string): number | undefined {
    if (!this.list || this.missing.has(word)) return undefined;
    if (this.searches++ === MOST_SEARCHES) {
      this.list.forEach((listed, id) => {
        if (!super.has(listed)) this.set(listed, id);
      });
      this.list = undefined;
      return super.get(word);
    }
    const id = this.list.indexOf(word);
    if (id < 0) this.missing.add(word);
    else this.set(word, id);
    return id < 0 ? undefined : id;
  }
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
