import { expect, it } from 'vitest';
import { parsePageSettings } from './page-settings.ts';

it('takes title, tagline and examples', () => {
  const settings = { title: 'Notes', tagline: 'of a summer', examples: ['Why?'] };
  expect(parsePageSettings(settings)).toEqual(settings);
});

it.each([undefined, null, 'text', 7, [], {}, { title: 3, tagline: null, examples: 'one' }, { title: ' ' }])(
  'falls back for %j',
  (json) => expect(parsePageSettings(json)).toEqual({ title: 'Search', tagline: '', examples: [] }),
);

it('leaves out examples that are not text', () => {
  expect(parsePageSettings({ examples: ['a', 1, '', 'b'] }).examples).toEqual(['a', 'b']);
});
