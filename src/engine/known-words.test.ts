import { beforeAll, describe, expect, it } from 'vitest';
import type { ColbertTokenizer } from '../encoder/colbert-tokenizer.ts';
import { openModelFolder } from '../encoder/model-folder.ts';
import { EMPTY_SEGMENT } from '../library/storage/segment-source.ts';
import { defaultModelFolder } from '../node/package-files.ts';
import { corrections } from './known-words.ts';
import { lexiconOf } from './lexicon.fixture.ts';
import { LexiconReader } from './lexicon-reader.ts';

let tokenizer: ColbertTokenizer;
beforeAll(async () => {
  ({ tokenizer } = await openModelFolder(defaultModelFolder));
});

const TEXTS = [
  'validation of the request body',
  'validation and serialization',
  'a validator, and its schema',
  'Schema compilers serialize replies',
  'serialize, serialized, serializes; redaction of logs',
  'redact a path, redact all',
  'halt here, hats there',
  'the thrust of an engine',
  'the Überprüfung der Anfrage',
];

async function replaced(query: string, ...lexicons: LexiconReader[]): Promise<string[]> {
  const of = lexicons.length > 0 ? lexicons : [lexiconOf(TEXTS).lexicon];
  const found = await corrections(of, tokenizer, query);
  for (const { from, start, end } of found) expect(query.slice(start, end)).toBe(from);
  return found.map(({ from, to, kind }) => `${from} ${kind === 'spelling' ? '>' : '...'} ${to}`);
}

describe('a word that no passage has', () => {
  it.each([
    ['vaildation of it', 'vaildation > validation'],
    ['valdation of it', 'valdation > validation'],
    ['validatiion of it', 'validatiion > validation'],
    ['valiqation of it', 'valiqation > validation'],
    ['what is vlaidation?', 'vlaidation > validation'],
    ['Vaildation, why', 'Vaildation > Validation'],
    ['die Überprufung von', 'Überprufung > Überprüfung'],
    ['schemaa for replies', 'schemaa > schema'],
  ])('is taken for the word that is one edit away: %s', async (query, expected) => {
    expect(await replaced(query)).toEqual([expected]);
  });

  it('is taken for the commonest of several', async () => {
    const { lexicon } = lexiconOf(['stating stating', 'stacking', 'stacking', 'stapling']);
    expect(await replaced('stakking on top', lexicon)).toEqual(['stakking > stacking']);
  });

  it.each([
    ['has a word two edits away', 'vaildtion of it'],
    ['has another first letter', 'balidation of it'],
    ['is short', 'patx of it'],
    ['ends otherwise, as forms do', 'validators and validatoz of it'],
    ['is one piece to the model, so a word', 'why trust it'],
    ['goes on from a word that is as common as the one it might be', 'it halts there'],
    ['is in quotation marks', '"vaildation of it"'],
    ['is in quotation marks that are still open', 'about "vaildation of'],
    ['is in capitals', 'what is VAILDATION then'],
    ['has capitals within', 'vailDation of it'],
    ['is part of an identifier', 'fs.vaildation vaildation_of vaildation() --vaildation @vaildation/of'],
    ['is part of a path or compound', 'a/vaildation vaildation-of vaildation’s'],
    ['has digits', 'vaildation2 of it'],
    ['is written without spaces', 'サーバーを停止する 확인하였습니다만 여기'],
  ])('is left when it %s', async (_, query) => {
    expect(await replaced(query)).toEqual([]);
  });
});

describe('the last word', () => {
  it('is taken for the commonest that goes on from it, while it is being typed', async () => {
    expect(await replaced('how to redac')).toEqual(['redac ... redact']);
    expect(await replaced('Seria')).toEqual(['Seria ... Serialize']);
    expect(await replaced('seriali')).toEqual(['seriali ... serialize']);
  });

  it('is left when it is short, or does not end the query', async () => {
    expect(await replaced('how to red')).toEqual([]);
    for (const end of [' ', '?', '.', ')', '"', ' logs']) expect(await replaced(`how to redac${end}`)).toEqual([]);
  });

  it('is left when it is one piece to the model, so a word', async () => {
    const { lexicon } = lexiconOf(['javascript in a browser', 'helmet for headers', 'scalable, and cookies']);
    for (const query of ['hello in java', 'kubernetes helm', 'about scala', 'how to cook'])
      expect(await replaced(query, lexicon)).toEqual([]);
    expect(await replaced('hello in javas', lexicon)).toEqual(['javas ... javascript']);
  });

  it('is taken for misspelt when nothing goes on from it', async () => {
    expect(await replaced('the vaildation')).toEqual(['vaildation > validation']);
  });
});

it('leaves every word that the corpus has, though another is commoner', async () => {
  const { lexicon } = lexiconOf(['forms', 'terms', 'terms', 'valid', 'validity', 'validity']);
  expect(await replaced('forms, terms; valid', lexicon)).toEqual([]);
});

it('fetches nothing more for words that are known, and at most four chunks beyond its own for another', async () => {
  const texts = Array.from({ length: 6000 }, (_, id) => `vaa${id.toString(36)} valid${id} vb${id} vz${id}`);
  const { lexicon, asked, chunkCount } = lexiconOf(['validation', 'validation', 'bacterium', ...texts]);
  expect(chunkCount).toBeGreaterThan(8);
  expect(await replaced('validation ', lexicon)).toEqual([]);
  expect(asked).toHaveLength(1);
  expect(await replaced('valiqation ', lexicon)).toEqual(['valiqation > validation']);
  expect(asked.length).toBeLessThanOrEqual(1 + 1 + 4);
  // In a large index, of a single passage.
  expect(await replaced('bacteruim ', lexicon)).toEqual([]);
  expect(await replaced('bacteruim ', lexiconOf(['bacterium']).lexicon)).toEqual(['bacteruim > bacterium']);
});

it('leaves a query of many words that are not known, and fetches nothing more for them: it is in another language, or no prose', async () => {
  const texts = Array.from({ length: 6000 }, (_, id) => `va${id.toString(36)} valid${id} vb${id} vz${id}`);
  const { lexicon, asked } = lexiconOf(['validation', 'validation', ...texts]);
  const words = [...'bcfghjkmq'].map((letter) => `vali${letter}ation`);
  const query = (count: number) => `${words.slice(0, count).join(' ')}, ${words[0]} `;
  expect(await replaced(query(8), lexicon)).toHaveLength(9);
  const { lexicon: again, asked: own } = lexiconOf(['validation', 'validation', ...texts]);
  expect(await replaced(query(9), again)).toEqual([]);
  // Those in which the words would stand.
  expect(own).toHaveLength(2);
  expect(asked.length).toBeGreaterThan(own.length);
});

describe('several indexes', () => {
  it('know a word when one of them does, and count together', async () => {
    const one = lexiconOf(['stating', 'stating', 'stacking']).lexicon;
    const other = lexiconOf(['stacking', 'stacking', 'stamping']).lexicon;
    expect(await replaced('stakking on stamping', one, other)).toEqual(['stakking > stacking']);
  });

  it('know every word when one cannot say what it has', async () => {
    const without = new LexiconReader({ read: async () => new Uint8Array() }, [], 9);
    expect(await replaced('vaildation of it', lexiconOf(TEXTS).lexicon, without)).toEqual([]);
  });

  it('need not say anything of words when they have no passage, as the one that a library always has', async () => {
    const { lexicon } = lexiconOf(TEXTS);
    const { passageCount, lexicon: chunks } = EMPTY_SEGMENT;
    const empty = new LexiconReader({ read: async () => new Uint8Array() }, chunks, passageCount);
    expect(await replaced('vaildation of it', empty, lexicon)).toEqual(['vaildation > validation']);
    expect(await replaced('how to redac', empty, lexicon)).toEqual(['redac ... redact']);
    expect(await replaced('vaildation of it', empty)).toEqual([]);
  });
});
