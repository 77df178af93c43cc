// What WebDriver and Marionette have in common: a function that is run in the page, and keys.

import { Key } from 'selenium-webdriver';
import type { KeyName } from './browser.ts';

/** Milliseconds that a function may take in the page. */
export const SCRIPT_MS = 240_000;

export const KEYS: Record<KeyName, string> = { ArrowDown: Key.ARROW_DOWN, Enter: Key.ENTER, Escape: Key.ESCAPE };

/** What a page's script answers with: JSON, since drivers differ in what else they can carry. A rejection has no name here otherwise. */
export type ScriptAnswer = { json: string | null | undefined } | { error: string };

/** The body of an asynchronous script, whose arguments are the function's own and what is to be called with the answer. */
export function scriptOf(run: (argument: never) => unknown): string {
  return `const [argument, done] = arguments;
    Promise.resolve(argument).then(${run}).then(
      (value) => done({ json: JSON.stringify(value) }),
      (error) => done({ error: [String(error), error?.code, error?.cause, error?.stack].join("\\n") }),
    );`;
}

/** @throws {Error} what was thrown in the page, or that the page was left meanwhile: then there is no answer */
export function answered(answer: ScriptAnswer | null): never {
  if (!answer) throw new Error('expected an answer of a script, the page was left while it ran');
  if ('error' in answer) throw new Error(answer.error);
  return (answer.json ? JSON.parse(answer.json) : undefined) as never;
}
