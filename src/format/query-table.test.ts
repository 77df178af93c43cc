import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatelightError } from '../errors.ts';
import { cutQueryTable, type QueryTable, readQueryTable, writeQueryTable } from './query-table.ts';
import type { ShardShape } from './shard.ts';

const shape: ShardShape = { dim: 32, subspaceDim: 4, codecSha256: 'cd'.repeat(32) };
const ids = [0, 3, 7, 8, 29, 30];
const table: QueryTable = {
  dim: 32,
  subspaceDim: 4,
  vocabularySize: 31,
  ids: Uint32Array.from(ids),
  weights: Uint8Array.from([255, 200, 128, 1, 0, 77]),
  codes: Uint8Array.from({ length: ids.length * 4 }, (_, i) => (i * 89) & 255),
};
const mapped: QueryTable = {
  ...table,
  textMap: {
    lengths: Uint8Array.from({ length: 32 }, (_, i) => (i * 37) & 255),
    codes: Uint8Array.from({ length: 32 * 4 }, (_, i) => (i * 53) & 255),
  },
};
const good = writeQueryTable(mapped, shape.codecSha256);

describe('query table', () => {
  it('readQueryTable inverts writeQueryTable', () => {
    expect(readQueryTable(good, shape)).toEqual(mapped);
    expect(readQueryTable(writeQueryTable(table, shape.codecSha256), shape)).toEqual(table);
    const none = { ...table, ids: new Uint32Array(), weights: new Uint8Array(), codes: new Uint8Array() };
    expect(readQueryTable(writeQueryTable(none, shape.codecSha256), shape)).toEqual(none);
  });

  it('names what is wrong: magic, byte order, version, shape, counts, codec, ids, truncation', () => {
    const broken = (change: (view: DataView, bytes: Uint8Array) => void, cut = 0) => {
      const bytes = good.slice();
      change(new DataView(bytes.buffer), bytes);
      return () => readQueryTable(bytes.subarray(0, bytes.length - cut), shape);
    };
    expect(broken((_, bytes) => bytes.fill(0, 0, 1))).toThrow(/expected magic/);
    expect(broken((view) => view.setUint32(8, 0x04030201, true))).toThrow(/expected byte order/);
    expect(broken((view) => view.setUint16(12, 2, true))).toThrow(/expected version 1, got 2/);
    expect(broken((view) => view.setUint16(14, 63, true))).toThrow(/expected header bytes/);
    expect(broken((view) => view.setUint16(16, 64, true))).toThrow(/expected dimension 32, got 64/);
    expect(broken((view) => view.setUint16(18, 2, true))).toThrow(/expected subspace dimension/);
    expect(broken((view) => view.setUint32(20, 0xffffffff, true))).toThrow(/at most 16777216 ids/);
    expect(broken((view) => view.setUint32(24, 32, true))).toThrow(/a row for each/);
    expect(broken((view) => view.setUint32(24, 5, true))).toThrow(/expected file bytes/);
    expect(broken((view) => view.setUint32(32, 0, true))).toThrow(/expected codec/);
    expect(broken((view) => view.setUint16(48, 31, true))).toThrow(/expected rows of the text map 32, got 31/);
    expect(broken((view) => view.setUint16(48, 0, true))).toThrow(/expected file bytes/);
    expect(broken((view) => view.setUint8(50, 1))).toThrow(/reserved byte 50/);
    expect(broken((view) => view.setUint8(63, 1))).toThrow(/reserved byte 63/);
    expect(broken((view) => view.setUint8(64, 0))).toThrow(/expected ids 6, got 3/);
    expect(broken((view) => view.setUint8(67, 0xe0))).toThrow(/expected ids below 31, got 31/);
    expect(broken(() => undefined, 1)).toThrow(/expected file bytes/);
    expect(broken(() => undefined, good.length)).toThrow(/at least 64 bytes/);
  });

  it('survives 5,000 mutations: each is refused by name or read with ids in order and below the vocabulary', () => {
    const mutation = fc.record({
      at: fc.oneof(fc.nat(71), fc.nat(good.length - 1)),
      value: fc.nat(255),
      length: fc.oneof({ arbitrary: fc.constant(good.length), weight: 8 }, { arbitrary: fc.nat(200), weight: 1 }),
    });
    let passed = 0;
    let refused = 0;
    fc.assert(
      fc.property(mutation, ({ at, value, length }) => {
        const bytes = new Uint8Array(length);
        bytes.set(good.subarray(0, length));
        if (at < length) bytes[at] = value;
        try {
          const read = readQueryTable(bytes, shape);
          expect([...read.ids]).toEqual([...new Set(read.ids)].sort((a, b) => a - b));
          expect(read.ids.every((id) => id < read.vocabularySize)).toBe(true);
          expect(read.weights).toHaveLength(read.ids.length);
          expect(read.codes).toHaveLength(read.ids.length * 4);
          expect(read.textMap?.codes.length).toBe(32 * 4);
          passed++;
        } catch (error) {
          expect(error).toBeInstanceOf(LatelightError);
          expect(error).toMatchObject({ code: 'bad-model' });
          refused++;
        }
      }),
      { numRuns: 5000, seed: 20261123 },
    );
    expect(Math.min(passed, refused)).toBeGreaterThan(500);
  });

  it('cutQueryTable keeps the rows that have a share, with their codes, and multiplies weights', () => {
    const shares = new Map([
      [3, 0.5],
      [29, 1],
      [30, 1],
      [12, 1],
    ]);
    const cut = cutQueryTable(table, (id) => shares.get(id) ?? 0);
    expect([...cut.ids]).toEqual([3, 29, 30]);
    expect([...cut.weights]).toEqual([100, 0, 77]);
    expect([...cut.codes]).toEqual([1, 4, 5].flatMap((row) => [...table.codes.subarray(row * 4, row * 4 + 4)]));
  });
});
