import { expect, it } from 'vitest';
import { cleanPath } from './clean-path.ts';

it('a path leads nowhere but down', () => {
  for (const path of ['../../home/lease.txt', '/home/./lease.txt', 'home\\..\\lease.txt', '//home/lease.txt/..'])
    expect(cleanPath(path), path).toBe('home/lease.txt');
  expect(cleanPath('..')).toBe('Untitled');
  expect(cleanPath('..a/b..')).toBe('..a/b..');
});

it('a path with accents is the same whichever system it comes from', () => {
  const path = 'Verträge/Müller 계약서.pdf';
  expect(cleanPath(path.normalize('NFD'))).toBe(path.normalize('NFC'));
  expect(cleanPath(path.normalize('NFC'))).toBe(path.normalize('NFC'));
});

it('a path fits into a zip, and keeps the end that says what it is', () => {
  const long = cleanPath(`${'\u{1F41D}'.repeat(40_000)}.pdf`);
  expect(new TextEncoder().encode(long).length).toBeLessThan(65_000);
  expect(long).toMatch(/^\u{1F41D}+\.pdf$/u);
  const path = `home/${'a'.repeat(4091)}`;
  expect(cleanPath(path)).toBe(path);
});
