// Text to token ids exactly as PyLate 1.6 does it (pylate/models/colbert.py `tokenize`): prompt + text, cut to length - 1,
// prefix token (where the model has one) inserted at position 1, queries padded with the mask token when the model expands them.

import type { Tokenizer } from '@huggingface/tokenizers';
import { LatelightError } from '../errors.ts';
import type { ModelConfig } from '../format/engine-refs.ts';
import { openTokenizer } from './tokenizer-file.ts';

export type TextKind = 'query' | 'document';

export interface EncodedText {
  /** Token ids, prefix token included. */
  ids: number[];
  /** 1 where attention may look; 0 on the padding of an expanded query. */
  attentionMask: number[];
  /** For each id, whether its row is kept: false for skip-listed tokens of documents. */
  keep: boolean[];
  /** Ids at the end that stand for no text: closing special tokens and the padding of an expanded query. */
  tailCount: number;
}

/** Characters of a text that are looked at: far above any model's length, and a bound on the time of hostile input. */
const MAX_CHARACTERS = 200_000;

export class ColbertTokenizer {
  readonly config: ModelConfig;
  /** Every id is below this. */
  readonly vocabularySize: number;
  /** What stands for text that the vocabulary has no pieces of; absent: it has bytes. */
  readonly unknownId: number | undefined;
  private readonly tokenizer: Tokenizer;
  private readonly prepare: (text: string) => string;
  /** Absent: nothing is inserted. */
  private readonly prefixIds: Record<TextKind, number | undefined>;
  private readonly skipIds: ReadonlySet<number>;
  private readonly maskId: number;
  /** Ids that the tokenizer puts around every text: [CLS] before, [SEP] after. */
  private readonly leading: number;
  private readonly trailing: number;

  /**
   * @param tokenizerJson parsed tokenizer.json, packed or not @param tokenizerConfig parsed tokenizer_config.json
   * @throws LatelightError `bad-model` when a token that the config names is not in the vocabulary.
   */
  constructor(config: ModelConfig, tokenizerJson: Record<string, unknown>, tokenizerConfig: object) {
    this.config = config;
    const { tokenizer, prepare, vocabularySize, unknownId } = openTokenizer(tokenizerJson, tokenizerConfig);
    this.tokenizer = tokenizer;
    this.unknownId = unknownId;
    this.prepare = prepare;
    this.vocabularySize = vocabularySize;
    this.prefixIds = {
      query: this.prefixId(config.prefixes.query, 'query prefix'),
      document: this.prefixId(config.prefixes.document, 'document prefix'),
    };
    this.maskId = config.queryExpansion ? this.requireId(config.maskToken, 'mask token') : -1;
    // PyLate looks words up with convert_tokens_to_ids, so one outside the vocabulary stands for the unknown token.
    this.skipIds = new Set(
      config.skiplist.map((word) => this.tokenizer.token_to_id(word) ?? unknownId).filter((id) => id !== undefined),
    );
    const around = this.tokenizer.encode('').ids.length;
    const sample = this.tokenizer.encode('a');
    const bare = this.tokenizer.encode('a', { add_special_tokens: false }).ids;
    this.leading = sample.ids.indexOf(bare[0]);
    this.trailing = around - this.leading;
    if (this.leading < 1) {
      throw new LatelightError(
        'bad-model',
        'tokenizer: expected a special token such as [CLS] before every text, got none. ColBERT models insert their prefix after it.',
      );
    }
  }

  /** Number of tokens of a bare text: no special tokens, prompt or prefix. */
  count(text: string): number {
    return this.bareIds(text).length;
  }

  /** Most tokens of bare document text that are not cut: the length less special, prefix and prompt tokens. */
  get documentBudget(): number {
    const prompt = this.config.prompts.document;
    const prefix = this.prefixIds.document === undefined ? 0 : 1;
    return this.config.documentLength - prefix - this.leading - this.trailing - (prompt ? this.count(prompt) : 0);
  }

  /** Ids of a text without special tokens. */
  bareIds(text: string): number[] {
    return this.tokenizer.encode(this.prepare(text.slice(0, MAX_CHARACTERS)), { add_special_tokens: false }).ids;
  }

  encode(text: string, kind: TextKind): EncodedText {
    const { config } = this;
    const prefixId = this.prefixIds[kind];
    const prefix = prefixId === undefined ? [] : [prefixId];
    const length = kind === 'query' ? config.queryLength : config.documentLength;
    const most = length - prefix.length;
    const full = this.tokenizer.encode(this.prepare(strip((config.prompts[kind] + text).slice(0, MAX_CHARACTERS)))).ids;
    // Truncation keeps the special tokens of both ends.
    const cut =
      full.length <= most ? full : [...full.slice(0, most - this.trailing), ...full.slice(full.length - this.trailing)];
    const ids = [cut[0], ...prefix, ...cut.slice(1)];
    const attentionMask = new Array<number>(ids.length).fill(1);
    const textEnd = ids.length - this.trailing;
    if (kind === 'query' && config.queryExpansion) {
      const attention = config.attendToExpansionTokens ? 1 : 0;
      while (ids.length < length) {
        ids.push(this.maskId);
        attentionMask.push(attention);
      }
    }
    const keep = ids.map((id) => kind === 'query' || !this.skipIds.has(id));
    return { ids, attentionMask, keep, tailCount: ids.length - textEnd };
  }

  /** Position of the first id of `prompt + text` in an encoded text: after [CLS] and the prefix. */
  textStart(kind: TextKind): number {
    return this.leading + (this.prefixIds[kind] === undefined ? 0 : 1);
  }

  private prefixId(token: string, what: string): number | undefined {
    return token === '' ? undefined : this.requireId(token, what);
  }

  private requireId(token: string, what: string): number {
    const id = this.tokenizer.token_to_id(token);
    if (id === undefined) {
      throw new LatelightError(
        'bad-model',
        `tokenizer: expected the ${what} ${JSON.stringify(token)} in the vocabulary, got none. ` +
          'The tokenizer and config_sentence_transformers.json must come from the same model.',
      );
    }
    return id;
  }
}

/** Python's str.strip(), which sentence-transformers applies to prompt + text: JavaScript's trim differs in five characters. */
function strip(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Python strips these separators, JavaScript does not.
  return text.replace(/^(?:(?!\uFEFF)[\s\x1c-\x1f\x85])+|(?:(?!\uFEFF)[\s\x1c-\x1f\x85])+$/g, '');
}
