import { expect, test } from 'vitest';
import { bytes, counted, day, duration, minute } from './amounts.ts';

test('bytes have one digit behind the point where it tells something', () => {
  expect([0, 999, 1000, 12_300, 999_400, 999_600, 3_440_000, 9_960_000, 2.1e9, 5e15].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '12 kB',
    '999 kB',
    '1.0 MB',
    '3.4 MB',
    '10 MB',
    '2.1 GB',
    '5000 TB',
  ]);
});

test('durations are rounded to what one plans with', () => {
  expect([0, 9, 11, 50, 58, 100, 3500, 5400, 7200, 200_000].map(duration)).toEqual([
    'a few seconds',
    'a few seconds',
    '20 seconds',
    '50 seconds',
    '1 minute',
    '2 minutes',
    '58 minutes',
    '1.5 hours',
    '2 hours',
    '2 days',
  ]);
});

test('one is singular, thousands are grouped', () => {
  expect([counted(1, 'document'), counted(0, 'document'), counted(3000, 'document')]).toEqual([
    '1 document',
    '0 documents',
    '3,000 documents',
  ]);
});

test('a day and a minute can be part of a file name', () => {
  const date = new Date(2026, 0, 4, 9, 5);
  expect([day(date), minute(date)]).toEqual(['2026-01-04', '2026-01-04 09.05']);
});
