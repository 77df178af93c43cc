// The tokenizer as the page downloads it: Hugging Face's tokenizer.json with what @huggingface/tokenizers never reads left
// out, and a dense vocabulary written as a list in id order, which gzips to little more than half. Unpacked before use.

type Json = Record<string, unknown>;

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
