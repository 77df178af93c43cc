import { expect, test } from 'vitest';
import { queryOf, withQuery } from './query-address.ts';

const read = (address: string) => queryOf(new URL(address));
const write = (address: string, query: string) => withQuery(new URL(address), query).href;

test('the query stands behind the #, and comes back as it was', () => {
  for (const query of ['close the server', '50% & "more" = a+b#c?d', 'a:~:text=b', 'zürich ÷ 日本']) {
    const address = write('https://a.example/search/', query);
    expect(new URL(address).search).toBe('');
    expect(address).not.toContain(':~:');
    expect(read(address)).toBe(query);
  }
});

test('a query behind the ? is read and leaves it; what else stands there stays as it is spelt', () => {
  expect(read('https://a.example/?q=close+the%20server')).toBe('close the server');
  expect(write('https://a.example/?from=x%20y&q=close', 'close')).toBe('https://a.example/?from=x+y#q=close');
  expect(write('https://a.example/?from=x%20y', 'close')).toBe('https://a.example/?from=x%20y#q=close');
  expect(read('https://a.example/?q=old#q=new')).toBe('new');
});

test('without a query there is no #', () => {
  expect(write('https://a.example/?q=old#q=old', '')).toBe('https://a.example/');
  for (const address of ['https://a.example/', 'https://a.example/#q', 'https://a.example/#other=1'])
    expect(read(address)).toBe('');
});

test('an address typed by hand is no error', () => {
  expect(read('https://a.example/#q=100%')).toBe('100%');
  expect(read('https://a.example/#q=close the server')).toBe('close the server');
});
