import { describe, expect, it } from 'vitest';
import { hasTerm, termSpans } from './exact-match.ts';
import { exactTerms, type WantedTerm, withoutQuotes } from './exact-terms.ts';

const known = () => false;
const texts = (query: string) => exactTerms(query, known).map(({ text }) => text);

describe('exactTerms', () => {
  it('takes identifiers, versions, options and capitals out of a question', () => {
    expect(texts('what does max_parallel_workers do?')).toEqual(['max_parallel_workers']);
    expect(texts('upgrade to v1.2.3, please')).toEqual(['v1.2.3']);
    expect(texts('fs.mkdtemp() on Windows')).toEqual(['fs.mkdtemp']);
    expect(texts('the --no-verify option (std::move)')).toEqual(['--no-verify', 'std::move']);
    expect(texts('error ERR_HTTP2_ABORT or HTTP')).toEqual(['ERR_HTTP2_ABORT', 'HTTP']);
    expect(texts('load .env from @scope/name')).toEqual(['.env', '@scope/name']);
    expect(texts('utf8 close()')).toEqual(['utf8', 'close']);
  });

  it('leaves words of a sentence alone', () => {
    expect(texts('How do I undo my last change?')).toEqual([]);
    expect(texts('a server and/or a client, e.g. later. The file(s), O(n)?')).toEqual(['e.g']);
    expect(texts('I waited 30 seconds. Why?')).toEqual([]);
    expect(texts('WHY IS EVERYTHING IN CAPITALS')).toEqual([]);
    expect(texts('VACUUM')).toEqual(['VACUUM']);
  });

  it.each([
    ['retryAfter(42)', ['retryAfter']],
    ["await retryAfter('abc', done)", ['retryAfter']],
    ['myApp.retryAfter(foo)', ['myApp.retryAfter', 'myApp', 'retryAfter']],
    ['fs.mkdtempSync()', ['fs.mkdtempSync', 'mkdtempSync']],
    ['{retryAfter:1}', ['retryAfter:1', 'retryAfter']],
    ['NODE_ENV=production', ['NODE_ENV']],
    ['ERR_CLOSED(typeof payload)', ['ERR_CLOSED']],
    ['[ERR_CLOSED]: gone', ['ERR_CLOSED']],
    ['reply.code(404', ['reply.code']],
    ['reply.code(404)', ['reply.code']],
    ['app.inject({', ['app.inject']],
    ['redirect(url)', ['redirect']],
    ['Map<string,fs.Stats>', ['fs.Stats']],
    ['(/app/lib/reply.js:567:11)', ['/app/lib/reply.js', 'reply.js']],
    ["don't use fastify's 1.2.3", ['1.2.3']],
  ])('finds the names in %s, whatever is around them', (query, expected) => {
    expect(texts(query)).toEqual(expected);
  });

  it('takes words joined by hyphens for a name, whose words count each for itself as well', () => {
    expect(exactTerms('the fastify-swagger plugin, a well-known x-powered-by', known)).toMatchObject([
      { text: 'fastify-swagger', kind: 'word', isSequence: true },
      { text: 'well-known', kind: 'word', isSequence: true },
      { text: 'x-powered-by', kind: 'word', isSequence: true },
    ]);
  });

  it('takes words the model knows in pieces only', () => {
    expect(exactTerms('run pgbench now', (word) => word === 'pgbench').map(({ text }) => text)).toEqual(['pgbench']);
  });

  it('cuts what is written without spaces where its kind of letters changes, and leaves endings alone', () => {
    const unknown = (query: string) => exactTerms(query, () => true).map(({ text }) => text);
    expect(unknown('富士山はどこですか')).toEqual(['富士山']);
    expect(unknown('電車の時間、Node.jsのサーバー')).toEqual(['電車', '時間', 'Node.js', 'サーバー']);
    expect(unknown('りんご')).toEqual(['りんご']);
    expect(unknown('ร่มกันฝน')).toEqual(['ร่มกันฝน']);
    const [rain] = exactTerms('梅雨の傘', (word) => word === '傘');
    expect(rain).toMatchObject({ text: '傘', start: 3, end: 4, keys: ['傘'], isPrefix: true });
  });

  it('takes quoted phrases in any quotation marks, whole, and nothing from within them twice', () => {
    for (const query of [
      'a "read_only mode" b',
      'a “read_only mode” b',
      'a «read_only mode» b',
      'a „read_only mode“ b',
    ]) {
      const terms = exactTerms(query, known);
      expect(terms).toMatchObject([
        { text: 'read_only mode', quoted: true, keys: ['read_only', 'mode'], isPrefix: false },
      ]);
      expect(query.slice(terms[0].start, terms[0].end)).toBe('read_only mode');
    }
    expect(texts('"still typing')).toEqual([]);
    expect(texts('""')).toEqual([]);
    expect(texts('"..."')).toEqual([]);
    expect(texts('a 3.5" drive or a 5.25" drive')).toEqual(['3.5', '5.25']);
    expect(texts('(see "read only", please)')).toEqual(['read only']);
  });

  it.each([
    '{"statusCode":500,"code":"FST_ERR_CLOSED","message":"Something went wrong"}',
    '{\n    "statusCode": 500,\n    "code": "FST_ERR_CLOSED"\n}',
    'reply.header("x-powered-by", "me")',
    'app.addSchema({ "$id": "user", "type": "object" })',
    'fetch(url, { method: "POST" })',
    'const name = "read only"',
    'FastifyError: Method "GET" already declared for route "/users/:id"',
    'Error [ERR_CLOSED]: cannot find "read only"',
    'ERR_CLOSED: cannot find "read only"',
    'curl -d "{}" -H "a" --data={"x":1}',
  ])('takes no phrase out of %s, and encodes it without the marks', (code) => {
    expect(exactTerms(code, known).filter(({ quoted }) => quoted)).toEqual([]);
    expect(withoutQuotes(code)).toBe(code.replaceAll('"', ' '));
  });

  it.each([
    'the error: "read only"',
    'he said, "read only"',
    '(see "read only")',
    'TypeError: "read only"',
    '"read only": what is it?',
    'read("x") and “read only”',
  ])('takes the phrase out of %s', (prose) => {
    expect(exactTerms(prose, known).filter(({ quoted }) => quoted)).toMatchObject([{ text: 'read only' }]);
  });

  it('looks into phrases that need not occur', () => {
    const query = 'what does "await app.readyNow()" do in "zebra"';
    expect(exactTerms(query, (word) => word === 'zebra', true)).toMatchObject([
      { text: 'await app.readyNow()', quoted: true, isLoose: true },
      { text: 'app.readyNow', quoted: false },
      { text: 'readyNow', quoted: false },
      { text: 'zebra', quoted: true, isLoose: true },
    ]);
  });

  it('lets the last word go on while it is typed, and no other', () => {
    const ends = (query: string) => exactTerms(query, known).map(({ isPrefix }) => isPrefix);
    expect(ends('work_mem hash_me')).toEqual([false, true]);
    expect(ends('hash_mem ')).toEqual([false]);
    expect(ends('"hash mem"')).toEqual([false]);
    expect(ends('since 7.3')).toEqual([false]);
  });

  it('passes over what is too long to be a word, and never tokenizes it', () => {
    const asked: string[] = [];
    const longest = `a_${'b'.repeat(198)}`;
    const query = `run ${longest} or ${longest}b or ${'日本語'.repeat(100)} now`;
    const terms = exactTerms(query, (word) => asked.push(word) === 0);
    expect(terms.map(({ text }) => text)).toEqual([longest]);
    expect(asked).toEqual(['run', 'or', 'or', 'now']);
    // A quoted one is asked for by name.
    expect(texts(`"${longest}b"`)).toEqual([`${longest}b`]);
  });

  it.each([
    ['letters', 'abcdefghij'.repeat(2000)],
    ['capitals', `${'A'.repeat(20_000)}a`],
    ['brackets', `a${')'.repeat(20_000)}x`],
    ['opening brackets', `a${'('.repeat(20_000)}x`],
    ['digits', '1234567890'.repeat(2000)],
  ])('takes no longer for %s without a space than for as much prose', (_what, pasted) => {
    const prose = 'The server stops taking requests and waits for them. '.repeat(400).slice(0, pasted.length);
    const msOf = (text: string) => {
      const start = performance.now();
      exactTerms(text, known);
      return performance.now() - start;
    };
    const fastest = { pasted: Number.POSITIVE_INFINITY, prose: Number.POSITIVE_INFINITY };
    // It took 60 to 430 times as long while it grew with the square of the length; now it takes less. A machine that is busy with
    // something else makes one round slow, never all.
    for (let round = 0; round < 20 && !(fastest.pasted < fastest.prose * 20); round++) {
      fastest.pasted = Math.min(fastest.pasted, msOf(pasted));
      fastest.prose = Math.min(fastest.prose, msOf(prose));
    }
    expect(fastest.pasted).toBeLessThan(fastest.prose * 20);
  });

  it('gives at most eight', () => {
    expect(texts('a1 a2 a3 a4 a5 a6 a7 a8 a9 a10')).toHaveLength(8);
  });

  it('leaves out what tells least of more: codes of errors stay, phrases that need not occur and sequences go first', () => {
    const names = 'a1 a2 a3 a4 a5 a6 a7';
    expect(texts(`XZ well-known ${names} ERR_CLOSED`)).toEqual([...names.split(' '), 'ERR_CLOSED']);
    const loose = exactTerms(`"read only" ${names} ERR_CLOSED`, known, true).map(({ text }) => text);
    expect(loose).toEqual([...names.split(' '), 'ERR_CLOSED']);
    expect(texts(`${names} ERR_CLOSED "read only"`)).toContain('read only');
  });

  it('takes what stands there twice once', () => {
    expect(texts('work_mem or WORK_MEM, or work_mem ')).toEqual(['work_mem']);
  });
});

it('withoutQuotes keeps offsets', () => {
  const query = 'say "the word" here';
  expect(withoutQuotes(query)).toBe('say  the word  here');
  expect(withoutQuotes('it is 5" wide')).toBe('it is 5" wide');
});

describe('termSpans', () => {
  const term = (text: string, over: Partial<WantedTerm> = {}): WantedTerm => {
    const [found] = exactTerms(`"${text}"`, known);
    return { ...found, ...over };
  };
  const found = (text: string, wanted: WantedTerm) =>
    termSpans(text, wanted).map(({ start, end }) => text.slice(start, end));

  it('finds a phrase whatever its case and white space', () => {
    expect(found('The Read  Only\nMode. read only mode!', term('read only mode'))).toEqual([
      'Read  Only\nMode',
      'read only mode',
    ]);
    expect(found('only read mode', term('read only mode'))).toEqual([]);
  });

  it('takes no space within an identifier', () => {
    const version = term('1.2', { quoted: false });
    expect(found('since 1.2, and 1, 2 or 1.25', version)).toEqual(['1.2']);
    expect(found('since 1.25', { ...version, isPrefix: true })).toEqual(['1.25']);
  });

  it('takes signs in quotation marks as they are', () => {
    expect(found('In C++ and c++, not in C or C+.', term('C++'))).toEqual(['C++', 'c++']);
    expect(found('abc# and C#, C #', term('c#'))).toEqual(['C#']);
    expect(found('run a  --b=1|2 now, a --b=12', term('a --b=1|2'))).toEqual(['a  --b=1|2']);
    // What a sentence has anyway is not meant.
    expect(found('read-only mode, read only mode', term('read only, mode'))).toEqual([
      'read-only mode',
      'read only mode',
    ]);
  });

  it('looks into title and headings too', () => {
    const passage = { text: 'nothing', title: 'The work_mem setting', headings: ['Log: hash_mem'] };
    expect(hasTerm(passage, term('work_mem'))).toBe(true);
    expect(hasTerm(passage, term('hash_mem'))).toBe(true);
    expect(hasTerm(passage, term('work mem'))).toBe(false);
  });
});

it('cuts kana with their marks, of half width and in two parts as well, as it cuts them whole', () => {
  const keys = (query: string) => exactTerms(query, () => true).map((term) => term.keys);
  expect(keys('ガイド')).toEqual([['ガ', 'イ', 'ド']]);
  expect(keys('ｶﾞｲﾄﾞ')).toEqual(keys('ガイド'));
  expect(keys('ガイド'.normalize('NFD'))).toEqual(keys('ガイド'));
  expect(keys('ﾃﾞｰﾀﾍﾞｰｽ')).toEqual(keys('データベース'));
});
