// Options from JavaScript, which no compiler has seen: a wrong or misspelt one is named instead of ignored.

import { LatelightError } from '../errors.ts';
import { canonicalLanguage } from './languages.ts';

export interface Rule {
  expected: string;
  holds: (value: unknown) => boolean;
  required?: boolean;
  /** Known, and refused: another sets it. */
  isTaken?: boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text: Rule = { expected: 'a string', holds: isText };
export const filledText: Rule = {
  expected: 'a string that is not empty',
  holds: (value) => isText(value) && value !== '',
};
export const languageTag: Rule = {
  expected: 'a language tag such as en or pt-BR',
  holds: (value) => isText(value) && canonicalLanguage(value) !== '',
};
export const flag: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };
export const call: Rule = { expected: 'a function', holds: (value) => typeof value === 'function' };
export const texts: Rule = {
  expected: 'a list of strings',
  holds: (value) => Array.isArray(value) && value.every(isText),
};
export const globs: Rule = {
  expected: 'a glob or a list of globs',
  holds: (value) => filledText.holds(value) || (Array.isArray(value) && value.every(filledText.holds)),
};
export const textTable: Rule = {
  expected: 'an object of strings',
  holds: (value) => isRecord(value) && Object.values(value).every(isText),
};
export const textsTable: Rule = {
  expected: 'an object of lists of strings',
  holds: (value) => isRecord(value) && Object.values(value).every(texts.holds),
};
export const content: Rule = {
  expected: 'a string or a Uint8Array',
  holds: (value) => isText(value) || value instanceof Uint8Array,
};
export const anyObject: Rule = { expected: 'an object', holds: isRecord };

export const required = (rule: Rule): Rule => ({ ...rule, required: true });
/** @param owner who sets such an option */
export const leftTo = (owner: string): Rule => ({
  expected: `left to ${owner}`,
  holds: () => false,
  isTaken: true,
});

/** @throws LatelightError `bad-option`, which names the first option that breaks its rule or has none */
export function checkOptions(where: string, options: unknown, rules: Record<string, Rule>): void {
  const fail = (name: string, expected: string, got: unknown) => {
    const shown = (typeof got === 'function' ? 'a function' : JSON.stringify(got)?.slice(0, 80)) ?? String(got);
    return new LatelightError('bad-option', `${where}: expected ${name} to be ${expected}, got ${shown}.`);
  };
  if (!isRecord(options)) throw fail('its options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(rules, name)) continue;
    const known = Object.keys(rules).filter((known) => !rules[known].isTaken);
    throw new LatelightError(
      'bad-option',
      `${where}: expected only the options ${known.join(', ')}, got ${name}. Check its spelling.`,
    );
  }
  for (const [name, { expected, holds, required }] of Object.entries(rules)) {
    const value = options[name];
    if (value === undefined ? required : !holds(value)) throw fail(name, expected, value);
  }
}
