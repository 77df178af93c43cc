import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { vocabularyUse } from '../../encoder/vocabulary-use.ts';
import { DEFAULT_SHAPE, type OpenModel, openModel } from '../../model-files/model.ts';
import { openIndexTable } from '../../model-files/query-table-file.ts';
import { defaultModelFolder } from '../../node/package-files.ts';
import { LibraryWords } from './library-words.ts';

const TEXTS = ['The server stops.', 'The server starts.', 'The garden has roses and a server.', 'The sea.'];
const QUERY = 'the server in the garden';

let model: OpenModel;
beforeAll(async () => {
  model = await openModel(defaultModelFolder, DEFAULT_SHAPE);
});

const wordsOf = (segments: readonly { vocabulary?: ReturnType<typeof vocabularyUse> }[]) => {
  const table = new Uint8Array(readFileSync(join(defaultModelFolder, 'queries-128x2.llq')));
  const words = new LibraryWords(model.folder.tokenizer, table, model.codec, model.codecSha256);
  words.count(segments.map((segment) => ({ segment })));
  return words;
};
const counted = (texts: string[]) => ({ vocabulary: vocabularyUse(model.folder.tokenizer, texts) });
const query = () => model.folder.tokenizer.encode(QUERY, 'query');

describe("a library's words", () => {
  it('weigh what they would in an index of all its documents, in whatever segments those are', async () => {
    const index = await openIndexTable(model, TEXTS);
    for (const words of [wordsOf([counted(TEXTS)]), wordsOf([counted(TEXTS.slice(0, 1)), counted(TEXTS.slice(1))])]) {
      expect(words.rowWeights(query())).toEqual(index!.rowWeights(query()));
      expect(words.table!.queryCodes(QUERY)).toEqual(index!.queryCodes(QUERY));
    }
  });

  it('weigh otherwise when documents come', () => {
    const words = wordsOf([counted(TEXTS)]);
    const before = words.rowWeights(query())!;
    words.count([{ segment: counted(TEXTS) }, { segment: counted(['Gardens.', 'A garden.', 'My garden.']) }]);
    const after = words.rowWeights(query())!;
    const garden = query().ids.indexOf(model.folder.tokenizer.bareIds('garden')[0]);
    expect(before[garden]).toBe(1);
    expect(after[garden]).toBeLessThan(1);
  });

  it('keep the weights of the model while a segment is there whose words nobody counted', () => {
    const whole = wordsOf([{}]).rowWeights(query());
    expect(wordsOf([counted(TEXTS), {}]).rowWeights(query())).toEqual(whole);
    expect(wordsOf([counted(TEXTS)]).rowWeights(query())).not.toEqual(whole);
  });

  it('are none in a library without documents', () => {
    const words = wordsOf([]);
    expect(words.rowWeights(query())).toBeUndefined();
    expect(words.table!.queryCodes(QUERY)).toBeUndefined();
  });
});
