import { expect, it } from 'vitest';
import type { Hit, HitPlace } from '../types.ts';
import { otherPages } from './other-pages.ts';

const place = (url: string, title: string): HitPlace => ({
  id: 1,
  page: 1,
  site: 0,
  siteRoot: 'https://a.test/',
  url,
  title,
});
const labels = (title: string, ...alsoOn: HitPlace[]) =>
  otherPages({ ...place('v3/hooks.html#on', title), excerpt: 'Text', alsoOn } as Hit).map(({ label }) => label);

it('names two other pages at most, by their titles', () => {
  const others = ['Pool', 'Agent', 'Client'].map((title) => place(`${title}.html#x`, title));
  expect(labels('Hooks', ...others)).toEqual(['Pool', 'Agent']);
});

it('names by their addresses pages with the title of the hit', () => {
  const [v2, v1] = ['v2/hooks.html#on', 'v1/hooks.html#on'].map((url) => place(url, 'Hooks'));
  expect(labels('Hooks', v2, v1)).toEqual(['v2/hooks.html', 'v1/hooks.html']);
  expect(labels('Hooks', v2, place('pool.html', 'Pool'))).toEqual(['v2/hooks.html', 'Pool']);
  expect(labels('Hooks', place('#doc=3', 'Hooks'))).toEqual(['Hooks']);
});

it('has the hit as it is on the other page, and none where the engine names none', () => {
  const [{ hit }] = otherPages({ ...place('a.html', 'A'), excerpt: 'Text', alsoOn: [place('b.html#x', 'B')] } as Hit);
  expect(hit).toMatchObject({ url: 'b.html#x', title: 'B', excerpt: 'Text' });
  expect(otherPages(place('a.html', 'A') as Hit)).toEqual([]);
});
