// What options of the command line may say; each throws commander's InvalidArgumentError, which names what was expected.

import { InvalidArgumentError } from 'commander';
import { isRelativeFolder } from '../format/manifest.ts';
import { canonicalLanguage } from '../node/languages.ts';
import { decodedPath } from './static-files.ts';

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

export function oneOf(...values: number[]): (text: string) => number {
  return (text) => {
    if (values.includes(Number(text))) return Number(text);
    throw new InvalidArgumentError(`Expected ${values.join(' or ')}.`);
  };
}

/** `repo`, `/repo` and `/repo/` are `/repo/`; escapes are undone. */
export function basePath(text: string): string {
  const segments = text.split('/').filter((segment) => segment !== '');
  const isPath = !/[\\?#:]/.test(text) && segments.every((segment) => !/^\.\.?$/.test(segment));
  const path = isPath ? decodedPath(['', ...segments, ''].join('/')) : undefined;
  if (path !== undefined) return path;
  throw new InvalidArgumentError('Expected a path such as /repo/.');
}

/** `..` and `../my docs` end with a slash; escapes are undone. */
export function relativeFolder(text: string): string {
  const path = decodedPath(text);
  const folder = path && !path.endsWith('/') ? `${path}/` : path;
  if (folder !== undefined && isRelativeFolder(folder)) return folder;
  throw new InvalidArgumentError('Expected a folder as seen from the index, such as ../ or ../docs/.');
}

export function languageTag(text: string): string {
  const tag = canonicalLanguage(text);
  if (tag !== '') return tag;
  throw new InvalidArgumentError('Expected a language tag such as en or pt-BR.');
}

export function collectFilter(text: string, filters: Record<string, string[]>): Record<string, string[]> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value.');
  const name = text.slice(0, at);
  const before = Object.hasOwn(filters, name) ? filters[name] : [];
  return { ...filters, [name]: [...before, text.slice(at + 1)] };
}

export function onOrOff(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new InvalidArgumentError('Expected on or off.');
}
