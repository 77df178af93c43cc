// Checks of a JSON file's fields, one by one. What is not as expected is named by its path.

import { type ErrorCode, LatelightError } from '../errors.ts';

export type Json = Record<string, unknown>;

/** @throws whatever is wrong with bytes that are no UTF-8 or no JSON */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

export class JsonFields {
  private readonly code: ErrorCode;
  private readonly where: string;
  private readonly next: string;

  /** @param where what is read, as errors begin; `next` what to do, as they end */
  constructor(code: ErrorCode, where: string, next: string) {
    this.code = code;
    this.where = where;
    this.next = next;
  }

  fail(path: string, expected: string, got: unknown): never {
    const shown = JSON.stringify(got)?.slice(0, 80) ?? 'nothing';
    throw new LatelightError(
      this.code,
      `${this.where}: expected ${path} to be ${expected}, got ${shown}. ${this.next}`,
    );
  }

  /** The file's object, once it is known to be of the format and the version that are read. */
  root(text: string, format: string, version: number): Json {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      this.fail('the file', 'JSON', text.slice(0, 40));
    }
    const root = this.object(parsed, 'the file');
    if (root.format !== format) this.fail('format', `"${format}"`, root.format);
    if (root.version !== version) this.fail('version', `${version}`, root.version);
    return root;
  }

  object(value: unknown, path: string): Json {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Json)
      : this.fail(path, 'an object', value);
  }

  string(value: unknown, path: string): string {
    return typeof value === 'string' ? value : this.fail(path, 'a string', value);
  }

  boolean(value: unknown, path: string): boolean {
    return typeof value === 'boolean' ? value : this.fail(path, 'true or false', value);
  }

  list(value: unknown, path: string): unknown[] {
    return Array.isArray(value) ? value : this.fail(path, 'a list', value);
  }

  count(value: unknown, path: string): number {
    return Number.isSafeInteger(value) && (value as number) >= 0
      ? (value as number)
      : this.fail(path, 'a whole number', value);
  }

  countWithin(value: unknown, path: string, { least, most }: { least: number; most: number }): number {
    return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? (value as number)
      : this.fail(path, `a whole number from ${least} to ${most}`, value);
  }
}
