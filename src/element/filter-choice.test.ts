import { describe, expect, it, vi } from 'vitest';
import { filterGroups, ticked, toggled } from './filter-choice.ts';

const all = { section: { Guides: 9, Reference: 12 }, version: { v4: 5, v5: 20 } };

describe('toggled', () => {
  it('adds and takes away values, and drops a name without any', () => {
    const both = toggled(toggled({}, 'section', 'Guides'), 'section', 'Reference');
    expect(both).toEqual({ section: ['Guides', 'Reference'] });
    expect(toggled(toggled(both, 'section', 'Guides'), 'section', 'Reference')).toEqual({});
  });

  it('takes names of an object like any other', () => {
    expect(ticked(toggled({}, 'constructor', 'x'))).toEqual([{ name: 'constructor', value: 'x' }]);
  });
});

describe('filterGroups', () => {
  const shape = (...args: Parameters<typeof filterGroups>) =>
    filterGroups(...args).map(({ name, values }) => [
      name,
      ...values.map(({ value, pageCount }) => `${value} ${pageCount}`),
    ]);

  it('orders values by their pages in the whole index, whatever the result counts', () => {
    expect(shape(all, undefined, {}, undefined)).toEqual([
      ['section', 'Reference 12', 'Guides 9'],
      ['version', 'v5 20', 'v4 5'],
    ]);
    expect(shape(all, { section: { Guides: 3 }, version: { v4: 3 } }, {}, undefined)).toEqual([
      ['section', 'Reference 0', 'Guides 3'],
      ['version', 'v5 0', 'v4 3'],
    ]);
  });

  it('shows the names asked for, in that order, and none that there are not', () => {
    expect(shape(all, undefined, {}, ['version', 'nothing', 'toString'])).toEqual([['version', 'v5 20', 'v4 5']]);
  });

  it('says which values are on', () => {
    const [section] = filterGroups(all, undefined, { section: ['Guides'] }, undefined);
    expect(section.values.map(({ value, isOn }) => [value, isOn])).toEqual([
      ['Reference', false],
      ['Guides', true],
    ]);
  });

  it('puts values into order once for an index, and only when they are read', () => {
    const compare = vi.spyOn(String.prototype, 'localeCompare');
    const topics = { topic: { sea: 1, wind: 1, ice: 1 } };
    const names = () => filterGroups(topics, undefined, {}, undefined)[0].values.map(({ value }) => value);
    filterGroups(topics, { topic: { sea: 1 } }, {}, undefined);
    expect(compare).not.toHaveBeenCalled();
    expect(names()).toEqual(['ice', 'sea', 'wind']);
    const { length } = compare.mock.calls;
    expect(length).toBeGreaterThan(0);
    expect(names()).toEqual(['ice', 'sea', 'wind']);
    expect(compare).toHaveBeenCalledTimes(length);
    compare.mockRestore();
  });

  it('counts nothing before values are read', () => {
    const look = vi.fn(Reflect.ownKeys);
    const section = new Proxy<Record<string, number>>({ Guides: 3 }, { ownKeys: look });
    const groups = filterGroups(all, { section }, {}, ['section']);
    expect(look).not.toHaveBeenCalled();
    expect(groups[0].values).toContainEqual({ value: 'Guides', pageCount: 3, isOn: false });
    expect(look).toHaveBeenCalled();
  });

  it('has no group for a name without values', () => {
    expect(shape({ empty: {}, ...all }, undefined, {}, undefined).map(([name]) => name)).toEqual([
      'section',
      'version',
    ]);
  });
});
