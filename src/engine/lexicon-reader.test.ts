import { expect, it } from 'vitest';
import { lexiconOf } from './lexicon.fixture.ts';
import type { LexiconReader } from './lexicon-reader.ts';

const found = async (...[lexicon, word]: [LexiconReader, string]) => {
  const { own, forms } = await lexicon.wordPassages(word);
  return { own: own === 'common' ? own : [...own], forms: [...forms].sort((a, b) => a - b) };
};

it('fetches nothing for a word that the manifest knows for a common one, and a chunk once', async () => {
  const { lexicon, asked } = lexiconOf(Array.from({ length: 600 }, (_, id) => `the word${id}`));
  expect(await lexicon.postings('the')).toBe('common');
  expect(await found(lexicon, 'the')).toEqual({ own: 'common', forms: [] });
  expect(asked).toEqual([]);
  expect(await lexicon.postings('word7')).toEqual(Uint32Array.of(7));
  expect(await lexicon.postings('!')).toEqual(new Uint32Array());
  expect(asked).toHaveLength(1);
});

it('gives passages that have a word, and apart from them those that have another form of it', async () => {
  const { lexicon } = lexiconOf(['thick rope', 'a thicker one', 'thick and thicker', 'thickness', 'utf16', 'as']);
  expect(await found(lexicon, 'thick')).toEqual({ own: [0, 2], forms: [1] });
  expect(await found(lexicon, 'thickest')).toEqual({ own: [], forms: [0, 1, 2] });
  expect(await found(lexicon, 'ropes')).toEqual({ own: [], forms: [0] });
  expect(await found(lexicon, 'utf8')).toEqual({ own: [], forms: [] });
});

it('leaves out a common form, and keeps the others', async () => {
  const { lexicon } = lexiconOf(Array.from({ length: 600 }, (_, id) => (id === 5 ? 'for forms' : `for ${id}`)));
  expect(await found(lexicon, 'form')).toEqual({ own: [], forms: [5] });
});

it('finds forms that other chunks have, all of them asked for at once', async () => {
  const texts = Array.from(
    { length: 4000 },
    (_, id) => `cona${id} conz${id} ${id === 7 ? 'cons' : ''} ${id === 9 ? 'conzas' : ''}`,
  );
  const { lexicon, chunkCount, asked, hold, release } = lexiconOf(['con', ...texts]);
  expect(chunkCount).toBeGreaterThan(2);
  hold();
  const all = found(lexicon, 'con');
  await Promise.resolve();
  expect(asked).toHaveLength(chunkCount);
  release();
  expect(await all).toEqual({ own: [0], forms: [8, 10] });
  expect(asked).toHaveLength(chunkCount);
});

it('waits no longer for a chunk when the search is cancelled; the download goes on, for whoever wants it next', async () => {
  const { lexicon, asked, hold, release } = lexiconOf(['thick rope', 'a thicker one']);
  hold();
  const cancelling = new AbortController();
  const { signal } = cancelling;
  const ways = [
    lexicon.postings('thick', signal),
    lexicon.postingsFrom('thi', 5, signal),
    lexicon.wordPassages('thick', signal),
  ];
  cancelling.abort();
  for (const way of ways) await expect(way).rejects.toMatchObject({ code: 'aborted' });
  const next = found(lexicon, 'thick');
  release();
  expect(await next).toEqual({ own: [0], forms: [1] });
  expect(asked).toHaveLength(1);
});
