import { beforeEach, describe, expect, it } from 'vitest';
import { VisitorLists } from './visitor-lists.ts';

let entries: Map<string, string>;
const storage = () => ({
  getItem: (key: string) => entries.get(key) ?? null,
  setItem: (key: string, value: string) => void entries.set(key, value),
  removeItem: (key: string) => void entries.delete(key),
});
const forbidden = (): never => {
  throw new DOMException('denied', 'SecurityError');
};
const open = (url = 'https://example.org/search/') => new VisitorLists(url, storage);
const page = { title: 'Hooks', url: 'https://example.org/hooks.html' };

beforeEach(() => {
  entries = new Map();
});

describe('recent searches', () => {
  it('come newest first, each once whatever its case, eight at most', () => {
    const lists = open();
    for (const query of ['one', 'two', ' ONE ', '  ', ...'abcdefg']) lists.addRecent(query);
    expect(open().recents).toEqual([...'gfedcba', 'ONE']);
  });

  it('are kept for each index apart', () => {
    open().addRecent('one');
    expect(open('https://example.org/other/').recents).toEqual([]);
  });

  it('do not lose what another page of the site added meanwhile', () => {
    const here = open();
    open().addRecent('there');
    here.addRecent('here');
    expect(open().recents).toEqual(['here', 'there']);
  });

  it('leave nothing behind when cleared', () => {
    const lists = open();
    lists.addRecent('one');
    lists.clearRecents();
    expect([lists.recents, entries.size]).toEqual([[], 0]);
  });

  it('are suggested where they go on from what is typed', () => {
    const lists = open();
    for (const query of ['retry', 'Retry failed requests', 'request']) lists.addRecent(query);
    expect(lists.suggestions('ret')).toEqual(['Retry failed requests', 'retry']);
    expect(lists.suggestions('RETRY')).toEqual(['Retry failed requests']);
    expect([lists.suggestions('r'), lists.suggestions(' '), lists.suggestions('quest')]).toEqual([[], [], []]);
  });
});

describe('favourites', () => {
  it('come and go by the address of the page', () => {
    const lists = open();
    lists.toggleFavourite(page);
    expect([open().favourites, open().isFavourite(page.url)]).toEqual([[page], true]);
    lists.toggleFavourite({ ...page, title: 'Renamed' });
    expect([open().favourites, entries.size]).toEqual([[], 0]);
  });

  it('are the newest fifty, of what is stored too', () => {
    const pages = Array.from({ length: 60 }, (_, i) => ({ title: `${i}`, url: `https://example.org/${i}.html` }));
    const lists = open();
    for (const page of pages) lists.toggleFavourite(page);
    const newest = pages.slice(10).reverse();
    expect([lists.favourites, open().favourites]).toEqual([newest, newest]);
    entries.set('latelight:https://example.org/search/:favourites', JSON.stringify(pages));
    expect(open().favourites).toEqual(pages.slice(0, 50));
  });
});

describe('storage', () => {
  it.each(['not json', '{"0":"a"}', 'null', '7'])('that holds %j is as good as empty', (text) => {
    entries.set('latelight:https://example.org/search/:recents', text);
    expect(open().recents).toEqual([]);
  });

  it('that holds entries of the wrong kind gives the others', () => {
    entries.set('latelight:https://example.org/search/:recents', '["a",7,null]');
    const odd = [{ title: 'x', url: 'javascript:alert(1)' }, { title: 3, url: 'https://a.b/' }, null, page];
    entries.set('latelight:https://example.org/search/:favourites', JSON.stringify(odd));
    expect([open().recents, open().favourites]).toEqual([['a'], [page]]);
  });

  it('that is forbidden or full leaves lists that last as long as the page', () => {
    const full = () => ({ ...storage(), setItem: forbidden });
    for (const broken of [forbidden, full]) {
      const lists = new VisitorLists('https://example.org/search/', broken);
      lists.addRecent('one');
      lists.toggleFavourite(page);
      expect([lists.recents, lists.favourites]).toEqual([['one'], [page]]);
    }
  });
});
