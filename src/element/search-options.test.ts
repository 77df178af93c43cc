import { beforeEach, describe, expect, it } from 'vitest';
import { SearchOptions } from './search-options.ts';

let options: SearchOptions & Record<string, unknown>;

beforeEach(() => {
  // Lit makes the accessors when this is read, as it is when a browser defines an element.
  expect(SearchOptions.observedAttributes).toContain('per-page');
  options = new SearchOptions() as typeof options;
});

describe('what markup says, set as properties', () => {
  it('is read as numbers', () => {
    Object.assign(options, { limit: '5', perPage: '2', debounce: '0' });
    expect(options).toMatchObject({ limit: 5, perPage: 2, debounce: 0 });
  });

  it('is what the option is without when it is no number', () => {
    for (const none of ['', 'many', Number.NaN, null, undefined]) {
      Object.assign(options, { limit: none, debounce: none });
      expect(options, String(none)).toMatchObject({ limit: 10, debounce: 80 });
    }
  });

  it('is read as yes or no', () => {
    for (const yes of ['', 'true', 'offline', true])
      expect(Object.assign(options, { offline: yes }).offline).toBe(true);
    for (const no of ['false', false, null, undefined, 0])
      expect(Object.assign(options, { offline: no }).offline).toBe(false);
  });

  it('stays text elsewhere', () => {
    Object.assign(options, { mode: 'modal', shortcut: null, target: undefined, placeholder: 'Find', filters: '' });
    expect(options).toMatchObject({ mode: 'modal', shortcut: 'on', target: '', placeholder: 'Find', filters: '' });
  });
});

it('an attribute is read as its property is', () => {
  const set = (name: string, value: string | null) => options.attributeChangedCallback(name, null, value);
  set('per-page', '2');
  set('eager', '');
  set('highlight', 'false');
  expect(options).toMatchObject({ perPage: 2, eager: true, highlight: false });
  set('per-page', null);
  set('eager', null);
  expect(options).toMatchObject({ perPage: 3, eager: false });
});
