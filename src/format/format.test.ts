import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../codec/codec.ts';
import { Aligner } from '../engine/align.ts';
import { createReferenceScorer } from '../engine/reference-scorer.ts';
import { createWasmScorer } from '../engine/wasm-scorer.ts';
import { LatelightError } from '../errors.ts';
import { pageUrl, withAnchor } from '../ingest/page-url.ts';
import { relativeAddress } from '../node/page-address.ts';
import { collectFilters, filterBitmap, filterCounts, readFilters } from './filters.ts';
import { Fragment, packWords, readFragment, wordSpans, writeFragment } from './fragment.ts';
import { blockBytes } from './layout.ts';
import { manifestFor, parseManifest } from './manifest.ts';
import { sha256Hex } from './sha256.ts';
import { readShard, type ShardShape, writeShard } from './shard.ts';
import { checkBytes } from './source.ts';

const shape: ShardShape = { dim: 32, subspaceDim: 4, codecSha256: 'ab'.repeat(32) };
const size = blockBytes(shape.dim, shape.subspaceDim);
const codec: Codec = {
  dim: 32,
  subspaceDim: 4,
  subspaceCount: 8,
  rotation: Float32Array.from({ length: 32 * 32 }, (_, i) => (i % 33 === 0 ? 1 : 0)),
  codewords: Int8Array.from({ length: 16 * 32 }, (_, i) => ((i * 37) % 61) - 30),
  codewordScale: 100,
  queryScale: 127,
};
const passages = [16, 3, 47, 160, 1].map((rowCount, id) => {
  const blocks = Math.ceil(rowCount / 16);
  return { rowCount, blocks: Uint8Array.from({ length: blocks * size }, (_, i) => (i * 31 + id * 101) & 255) };
});

describe('shard file', () => {
  it('readShard inverts writeShard', () => {
    const shard = readShard(writeShard(shape, passages), shape);
    expect([...shard.rowCounts]).toEqual([16, 3, 47, 160, 1]);
    expect([...shard.firstBlocks]).toEqual([0, 1, 2, 5, 15, 16]);
    passages.forEach(({ blocks }, id) => {
      expect(shard.codes.subarray(shard.firstBlocks[id] * size, shard.firstBlocks[id + 1] * size)).toEqual(blocks);
    });
    expect(readShard(writeShard(shape, []), shape).passageCount).toBe(0);
  });

  it('reads a shard that does not start at an aligned address', () => {
    const bytes = writeShard(shape, passages);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect([...readShard(shifted, shape).rowCounts]).toEqual([16, 3, 47, 160, 1]);
  });

  it('names what is wrong: magic, version, byte order, dimension, codec, counts, offsets, padding, truncation', () => {
    const broken = (change: (view: DataView, bytes: Uint8Array) => void, cut = 0) => {
      const bytes = writeShard(shape, passages);
      change(new DataView(bytes.buffer), bytes);
      return () => readShard(bytes.subarray(0, bytes.length - cut), shape);
    };
    const table = 64 + 4 * (passages.length + 1);
    expect(broken((_, bytes) => bytes.fill(0, 0, 1))).toThrow(/expected magic/);
    expect(broken((view) => view.setUint32(8, 0x04030201, true))).toThrow(/expected byte order/);
    expect(broken((view) => view.setUint16(12, 2, true))).toThrow(/expected version 1, got 2/);
    expect(broken((view) => view.setUint16(16, 64, true))).toThrow(/expected dimension 32, got 64/);
    expect(broken((view) => view.setUint16(18, 2, true))).toThrow(/expected subspace dimension/);
    expect(broken((view) => view.setUint32(20, 0xffffffff, true))).toThrow(/more passages/);
    expect(broken((view) => view.setUint32(24, 17, true))).toThrow(/expected file bytes/);
    expect(broken((view) => view.setUint32(28, 0, true))).toThrow(/expected codes offset/);
    expect(broken((view) => view.setUint32(36, 0, true))).toThrow(/expected codec/);
    expect(broken((view) => view.setUint8(60, 1))).toThrow(/reserved byte 60/);
    expect(broken((view) => view.setUint32(68, 0, true))).toThrow(/expected passage 0 to have blocks/);
    expect(broken((view) => view.setUint32(68, 0xfffffff0, true))).toThrow(/expected passage 0 to have blocks/);
    expect(broken((view) => view.setUint8(table, 16))).toThrow(/rows of padding/);
    expect(broken(() => undefined, 1)).toThrow(/expected file bytes/);
    expect(broken(() => undefined, 1_000_000)).toThrow(/at least 64 bytes/);
  });

  it('survives 10,000 mutations: each is refused by name, or scores like the reference; the hash notices every one', async () => {
    const good = writeShard(shape, passages);
    const ref = { file: 'shards/a.lls', bytes: good.length, sha256: await sha256Hex(good) };
    const query = {
      codes: Int8Array.from({ length: 3 * 32 }, (_, i) => ((i * 53) % 41) - 20),
      tokenCount: 3,
      dim: 32,
    };
    let passed = 0;
    let refused = 0;
    const mutation = fc.record({
      // Half of the changes fall on header and tables, where a wrong number does harm.
      at: fc.oneof(fc.nat(127), fc.nat(good.length - 1)),
      value: fc.nat(255),
      length: fc.oneof(
        { arbitrary: fc.constant(good.length), weight: 8 },
        { arbitrary: fc.nat(good.length + 64), weight: 1 },
      ),
      more: fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ at, value, length, more }) => {
        const bytes = new Uint8Array(length);
        bytes.set(good.subarray(0, length));
        for (const [place, byte] of [[at, value], ...more]) if (place < length) bytes[place] = byte;
        const changed = length !== good.length || bytes.some((byte, i) => byte !== good[i]);
        if (changed) await expect(checkBytes(ref, bytes)).rejects.toMatchObject({ code: 'hash-mismatch' });
        try {
          const shard = readShard(bytes, shape);
          passed++;
          if (passed % 50 !== 0) return;
          const [wasm, reference] = [await createWasmScorer(codec), createReferenceScorer(codec)];
          await wasm.addShard(shard);
          await reference.addShard(shard);
          expect(await wasm.search(query, { k: 5 })).toEqual(await reference.search(query, { k: 5 }));
          wasm.close();
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-shard' });
          expect(error).toBeInstanceOf(LatelightError);
          refused++;
        }
      }),
      { numRuns: 10_000, seed: 20261123 },
    );
    expect(Math.min(passed, refused)).toBeGreaterThan(1000);
  });
});

describe('fragment file', () => {
  const passage = {
    text: 'Set the timeout.',
    title: 'T',
    headings: ['H'],
    url: 'a.html#b',
    filters: {},
    meta: {},
    words: packWords([
      { start: 0, end: 3 },
      { start: 8, end: 15 },
    ]),
    rowWords: [[0], [0, 1]],
  };

  it('readFragment inverts writeFragment', () => {
    expect(readFragment(writeFragment([passage]), 1)).toEqual([passage]);
  });

  it('gives a passage though another one is damaged, which is refused each time', () => {
    const fragment = new Fragment(writeFragment([passage, { ...passage, words: [0, 300] }]), 2);
    expect(fragment.passage(0)).toEqual(passage);
    for (const _ of [1, 2]) expect(() => fragment.passage(1)).toThrow(/words inside the text/);
    const wordy = writeFragment([{ ...passage, words: new Array(2 * (2 ** 20 + 1)).fill(0) }]);
    expect(() => new Fragment(wordy, 1).passage(0)).toThrow(/at most 1048576 words in a passage/);
  });

  it('wordSpans inverts packWords', () => {
    expect(wordSpans(passage.words)).toEqual([
      { start: 0, end: 3 },
      { start: 8, end: 15 },
    ]);
  });

  it('refuses what could mislead a page', () => {
    const read =
      (change: object, count = 1) =>
      () =>
        readFragment(writeFragment([{ ...passage, ...change }]), count);
    expect(read({}, 2)).toThrow(/expected 2 passages/);
    const { length } = passage.text;
    expect(read({ words: [0, length], rowWords: [] })()).toHaveLength(1);
    for (const words of [[0, length + 1], [0, 3, 1, length - 3], [0, 300], [0]])
      expect(read({ words, rowWords: [] })).toThrow(/words inside the text/);
    expect(read({ words: [0, 3, -1, 2] })).toThrow(/lacks a field/);
    expect(read({ rowWords: [[2]] })).toThrow(/rows of words that exist/);
    expect(read({ text: 3 })).toThrow(/lacks a field/);
    for (const url of [
      'javascript:alert(1)',
      ' javascript:alert(1)',
      'java\nscript:alert(1)',
      '//evil.example/',
      'https://evil.example/',
      '/\\evil',
      '\\\\evil',
      // Climbs out of the site's folder, onto the host's other pages.
      '..',
      '../',
      '../../other-project/x.html',
      'a/%2e%2E/../x.html',
      'a\\..\\..\\x.html',
      '\t/admin',
      ' /admin',
      '/\t/evil.example',
      // Relative where the page's own scheme is the same, and another host where it is not.
      'https:evil.example/x',
      'http:evil.example/x',
      'ht\ntps:x',
      'https://site.invalid/x',
      'https://http.invalid/http/x',
      '../http/x',
      '../https/x',
    ]) {
      expect(read({ url }), url).toThrow(/relative address/);
    }
    expect(() => readFragment(Uint8Array.of(0xff, 0xfe), 1)).toThrow(/UTF-8 JSON/);
    expect(() => readFragment(new TextEncoder().encode('null'), 1)).toThrow(
      expect.objectContaining({ code: 'bad-fragment' }),
    );
  });
});

describe('addresses that the indexer writes are read', () => {
  const read = (url: string) => {
    const passage = { text: '', title: '', headings: [], url, filters: {}, meta: {}, words: [], rowWords: [] };
    return readFragment(writeFragment([passage]), 1)[0].url;
  };

  it.each([
    'index.html',
    'guide/index.html',
    'a b/ü#?.html',
    'c:d.html',
    '..a/...html',
    'https:/x.html',
    '%2e%2e/x.html',
  ])('of the file %j, with an anchor and without one', (path) => {
    for (const url of [pageUrl(path), withAnchor(pageUrl(path), 'a/../b:c"\n')]) expect(read(url)).toBe(url);
  });

  // A carriage return left over from a list of lines does no harm: browsers pass over it.
  it.each(['/', '/guide/', 'guide/a.html#b', '#b', '/?p=2', 'a..b', 'a?next=%2Fb', 'a b/ü', 'guide/a\r'])(
    'of the record %j',
    (url) => {
      const relative = relativeAddress(url, 'test');
      expect(read(relative)).toBe(relative);
    },
  );
});

describe('filters file', () => {
  const tagged = [['a'], ['a', 'b'], [], ['b'], ['a']].map(
    (tag) => ({ filters: tag.length > 0 ? { tag } : {} }) as const,
  );
  const filters = collectFilters(tagged.map(({ filters }) => ({ filters: filters as Record<string, string[]> })));

  it('counts and finds the passages of a value', () => {
    expect(filters).toEqual({ tag: { a: [0, 2, 4, 1], b: [1, 1, 3, 1] } });
    // Passages 0 and 1 are one page, 2, 3 and 4 another.
    const pageOf = Uint32Array.of(0, 0, 1, 1, 1);
    expect(filterCounts(filters, pageOf, () => undefined)).toEqual({ tag: { a: 2, b: 2 } });
    expect(filterCounts(filters, pageOf, () => Uint32Array.of(0b00011))).toEqual({ tag: { a: 1, b: 1 } });
    expect(filterCounts(filters, pageOf, () => Uint32Array.of(0b10001))).toEqual({ tag: { a: 2, b: 0 } });
    expect(filterBitmap(filters, { tag: ['a'] }, 5)[0]).toBe(0b10011);
    expect(filterBitmap(filters, { tag: ['a', 'b'] }, 5)[0]).toBe(0b11011);
    expect(filterBitmap(filters, { tag: ['none'] }, 5)[0]).toBe(0);
    expect(() => filterBitmap(filters, { other: ['a'] }, 5)).toThrow(expect.objectContaining({ code: 'bad-option' }));
    expect(() => filterBitmap(filters, { constructor: ['a'] }, 5)).toThrow(
      expect.objectContaining({ code: 'bad-option' }),
    );
  });

  it('refuses runs that leave the passages', () => {
    const read = (value: unknown) => () => readFilters(new TextEncoder().encode(JSON.stringify(value)), 5);
    expect(read(filters)()).toEqual(filters);
    for (const runs of [[0, 6], [3, 1, 0, 1], [0], [0, 0], ['x', 1], [0, 1e12]])
      expect(read({ tag: { a: runs } })).toThrow(/runs/);
    for (const notFilters of [null, 5, 'tag', [['a']], [], { tag: 5 }, { tag: 'a' }, { tag: ['a'] }, { tag: null }])
      expect(read(notFilters), JSON.stringify(notFilters)).toThrow(
        expect.objectContaining({ code: 'bad-manifest', message: expect.stringMatching(/index the site again/) }),
      );
  });

  it('refuses bytes that are no UTF-8, as other files do', () => {
    const bytes = new TextEncoder().encode('{"tag":{"?":[0,1]}}');
    expect(readFilters(bytes, 1)).toEqual({ tag: { '?': [0, 1] } });
    bytes[bytes.indexOf('?'.charCodeAt(0))] = 0xff;
    expect(() => readFilters(bytes, 1)).toThrow(expect.objectContaining({ code: 'bad-manifest' }));
  });

  it('takes whole numbers for runs, not what merely compares like them', () => {
    const read = (runs: unknown) => () =>
      readFilters(new TextEncoder().encode(JSON.stringify({ tag: { a: runs } })), 20);
    for (const runs of [
      '12',
      [0.5, 1.5],
      [[0], [3]],
      [0, 1.5],
      ['0', '3'],
      5,
      null,
      { 0: 0, 1: 3, length: 2 },
      [0, null],
      [false, true],
    ])
      expect(read(runs), JSON.stringify(runs)).toThrow(/runs of passage ids/);
    expect(read([])()).toEqual({ tag: { a: [] } });
  });
});

describe('manifest', () => {
  const file = (name: string, bytes = 10) => ({ file: name, bytes, sha256: '0'.repeat(64) });
  const manifest = {
    format: 'latelight',
    version: 1,
    generator: 'test',
    language: 'en',
    siteRoot: '../',
    passageCount: 2,
    pageCount: 1,
    tokenCount: 100,
    codec: { ...file('models/c.llc', 5000), dim: 32, subspaceDim: 4 },
    documentEncoder: { name: 'm', weights: 'q8', sha256: '0' },
    queryEncoder: {
      name: 'm',
      dim: 128,
      config: {
        prompts: { query: '', document: '' },
        prefixes: { query: '[Q]', document: '[D]' },
        queryLength: 64,
        documentLength: 256,
        queryExpansion: false,
        attendToExpansionTokens: false,
        skiplist: ['.'],
        maskToken: '',
      },
      tokenizer: file('models/t.json'),
      tokenizerConfig: {},
      weights: { wasm: file('models/a.onnx') },
    },
    runtime: { wasm: file('runtime/a.wasm') },
    shards: [{ ...file('shards/a.lls', 80 + 3 * 64), passageCount: 2, blockCount: 3, rowCount: 40 }],
    fragments: [{ ...file('fragments/a.json'), passageCount: 2 }],
    lexicon: [
      { ...file('lexicon/a.llx'), first: 'alpha', common: ['and', 'for'] },
      { ...file('lexicon/g.llx'), first: 'gamma' },
    ],
    pages: file('pages/a.json'),
  };
  const parse = (change: (copy: typeof manifest) => void) => () => {
    const copy = structuredClone(manifest);
    change(copy);
    return parseManifest(JSON.stringify(copy));
  };

  it('finds the manifest of a language', () => {
    const languages = { en: 'manifest.json', 'pt-BR': 'manifest.pt-BR.json', zh: 'manifest.zh.json' };
    const of = (wanted: string) => manifestFor({ languages }, wanted);
    expect(['en', 'EN-us', 'pt-br', 'pt', 'zh-Hant-TW'].map(of)).toEqual([
      'manifest.json',
      'manifest.json',
      'manifest.pt-BR.json',
      'manifest.pt-BR.json',
      'manifest.zh.json',
    ]);
    const relatives = { 'pt-PT': 'manifest.pt-PT.json', 'pt-BR': 'manifest.pt-BR.json' };
    expect(manifestFor({ languages: relatives }, 'pt')).toBe('manifest.pt-BR.json');
    expect(['fr', '', 'e'].map(of)).toEqual([undefined, undefined, undefined]);
    expect(manifestFor({}, 'en')).toBeUndefined();
    expect(parse((m) => Object.assign(m, { languages }))().languages).toEqual(languages);
    for (const file of ['../manifest.json', 'https://x/manifest.json', 'other.json', 'manifest.a/b.json'])
      expect(parse((m) => Object.assign(m, { languages: { en: file } }))).toThrow(/languages\.en/);
  });

  it('reads what it should', () => {
    expect(parse(() => undefined)()).toMatchObject({ passageCount: 2, siteRoot: '../' });
    for (const siteRoot of [
      '',
      './',
      'docs-2.x/',
      '../my own docs/',
      'größe/',
      'gro\u0308\u00DFe/',
      '../../文档/हिन्दी/',
    ]) {
      const parsed = parse((m) => {
        m.siteRoot = siteRoot;
      })();
      expect(parsed.siteRoot).toBe(siteRoot);
    }
    expect(parse(() => undefined)().queryEncoder.queryTable).toBeUndefined();
    expect(parse(() => undefined)().lexicon).toEqual([
      { ...file('lexicon/a.llx'), first: 'alpha', common: ['and', 'for'] },
      { ...file('lexicon/g.llx'), first: 'gamma' },
    ]);
    expect(parse((m) => Object.assign(m.lexicon[0], { common: ['and', 3] }))).toThrow(/lexicon\[0\]\.common\[1\]/);
    expect(parse((m) => delete (m as Partial<typeof m>).lexicon)().lexicon).toBeUndefined();
    const withTable = parse((m) => Object.assign(m.queryEncoder, { queryTable: file('models/a.llq') }));
    expect(withTable().queryEncoder.queryTable).toEqual(file('models/a.llq'));
  });

  it('counts no more passages and blocks than a shard has bytes for', () => {
    const [shard] = manifest.shards;
    expect(
      writeShard({ dim: 32, subspaceDim: 4, codecSha256: '0'.repeat(64) }, [
        { blocks: new Uint8Array(64), rowCount: 16 },
        { blocks: new Uint8Array(128), rowCount: 24 },
      ]),
    ).toHaveLength(shard.bytes);
    for (const wrong of [{ bytes: shard.bytes - 1 }, { blockCount: 4 }, { blockCount: 2 ** 52 }]) {
      expect(parse((m) => Object.assign(m.shards[0], wrong))).toThrow(/shards\[0\]\.bytes to be at least/);
    }
    const passageCount = 2 ** 30;
    const many = (m: typeof manifest) => {
      m.passageCount = m.shards[0].passageCount = m.fragments[0].passageCount = passageCount;
    };
    expect(parse(many)).toThrow(/those of 1073741824 passages in 3 blocks, got 272/);
  });

  it('names the field that is wrong', () => {
    expect(() => parseManifest('<!doctype html>')).toThrow(/expected the file to be JSON/);
    expect(
      parse((m) => {
        m.version = 2;
      }),
    ).toThrow(/expected version to be 1, got 2/);
    expect(
      parse((m) => {
        m.passageCount = 3;
      }),
    ).toThrow(/passages of shards to be 3 in all, got 2/);
    expect(
      parse((m) => {
        m.shards[0].sha256 = 'x';
      }),
    ).toThrow(/shards\[0\].sha256/);
    expect(
      parse((m) => {
        m.shards[0].file = '../../secret';
      }),
    ).toThrow(/shards\[0\].file/);
    expect(parse((m) => Object.assign(m.queryEncoder, { queryTable: file('/etc/a.llq') }))).toThrow(
      /queryEncoder.queryTable.file/,
    );
    expect(parse((m) => Object.assign(m.queryEncoder, { queryTable: null }))).toThrow(/queryTable to be an object/);
    expect(
      parse((m) => {
        m.runtime.wasm.file = 'https://evil.example/a.wasm';
      }),
    ).toThrow(/runtime.wasm.file/);
    expect(
      parse((m) => {
        m.siteRoot = 'https://evil.example/';
      }),
    ).toThrow(/siteRoot/);
    expect(
      parse((m) => {
        m.siteRoot = `${'../'.repeat(200_000)}!`; // some pattern would try all its parts for ever
      }),
    ).toThrow(/siteRoot/);
    // What URLs read as another host, another scheme, the root, or not at all.
    for (const siteRoot of [
      '//evil/',
      '\\\\evil/',
      'x:y/',
      ' /',
      ' //evil/',
      '../ docs/',
      'docs /',
      '../docs',
      'a?/',
      'a#/',
      '%2e/',
      'a\tb/',
    ])
      expect(
        parse((m) => {
          m.siteRoot = siteRoot;
        }),
        siteRoot,
      ).toThrow(/siteRoot/);
    expect(
      parse((m) => {
        m.siteRoot = `${'a '.repeat(300_000)}!`;
      }),
    ).toThrow(/siteRoot/);
    expect(() => parseManifest(' '.repeat(64 * 2 ** 20 + 1))).toThrow(/at most 64 MiB/);
    expect(
      parse((m) => {
        m.queryEncoder.config.queryLength = -1;
      }),
    ).toThrow(/queryLength/);
    expect(
      parse((m) => {
        m.codec.subspaceDim = 3;
      }),
    ).toThrow(/subspaceDim/);
  });

  it('refuses numbers that would fill the memory before anything is checked', () => {
    const config = (over: object) => parse((m) => Object.assign(m.queryEncoder.config, over));
    expect(config({ queryLength: 65536, documentLength: 65536 })().queryEncoder.config.queryLength).toBe(65536);
    for (const length of [0, 3, 65537, 1e12]) {
      expect(config({ queryLength: length })).toThrow(/config\.queryLength to be a whole number from 4 to 65536/);
      expect(config({ documentLength: length })).toThrow(/config\.documentLength to be a whole number from 4 to 65536/);
    }
    // An expanded query has as many rows as its length, and scorers take 64.
    const expanded = { queryExpansion: true, maskToken: '[MASK]' };
    expect(config({ ...expanded, queryLength: 64 })().queryEncoder.config.queryLength).toBe(64);
    expect(config({ ...expanded, queryLength: 65 })).toThrow(/queryLength to be a whole number from 4 to 64, got 65/);

    const most = 2 ** 31 - 1;
    expect(parse((m) => Object.assign(m.shards[0], { bytes: most }))().shards[0].bytes).toBe(most);
    for (const bytes of [-1, 0.5, '10', 2 ** 31, 3e9, 2 ** 52])
      expect(
        parse((m) => Object.assign(m.shards[0], { bytes })),
        `${bytes}`,
      ).toThrow(/shards\[0\]\.bytes to be a whole number from 0 to 2147483647/);
  });

  it('never throws anything but bad-manifest', () => {
    const text = JSON.stringify(manifest);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, junk) => {
        try {
          parseManifest(text.slice(0, at) + junk + text.slice(at + junk.length));
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-manifest' });
        }
      }),
      { numRuns: 3000, seed: 1 },
    );
  });
});

it('pair scores of one passage add up to what the scorers return', async () => {
  const scorer = await createWasmScorer(codec);
  await scorer.addShard(readShard(writeShard(shape, passages), shape));
  const query = { codes: Int8Array.from({ length: 2 * 32 }, (_, i) => ((i * 29) % 41) - 20), tokenCount: 2, dim: 32 };
  const aligner = new Aligner(codec, query, { words: [], wordOfToken: Int32Array.of(-1, -1) });
  const top = await scorer.search(query, { k: 5 });
  top.ids.forEach((id, i) => {
    const { blocks, rowCount } = passages[id];
    // Padding here is not a repeat of the last row, so every row of the blocks counts.
    const rows = (blocks.length / size) * 16;
    const scores = aligner.pairScores(blocks, rows);
    let sum = 0;
    for (let token = 0; token < 2; token++) sum += Math.max(...scores.subarray(token * rows, (token + 1) * rows));
    expect(sum, `${rowCount} rows`).toBe(top.scores[i]);
  });
});
