// The section that has a name of the query for its heading: the name is explained there, and MaxSim puts examples of its use above it, which
// are short and say it often. docs/decisions/0009, "Sections that a name is the heading of".

import type { FragmentPassage } from '../format/fragment.ts';
import { lexicalKey } from '../format/lexical-words.ts';
import type { Candidate } from './candidates.ts';
import type { WantedTerm } from './exact-terms.ts';

/** In query tokens that match perfectly; where the query asks for nothing else, the section is what it asks for. */
const GAIN = 0.5;
const GAIN_ALONE = 2;
/** Passages read for each name, best first: most of them are shown anyway. */
const MOST_READ = 8;

/** A heading up to what a name takes (`send(payload)`), is (`level: string`) or gives (`child() => logger`). */
const NAME = /^[^\s(<[{=:,]*(?:::[^\s(<[{=:,]*)*/;
const AFTER_NAME = /^\s*(?:$|[(<[{=:,])/;
/** What a name belongs to. */
const OWNER = /^.*(?:\.|::|#|->)/;

/**
 * Candidates whose heading is a name of the query, or, while it is typed and nothing is called so, goes on with it.
 * @param candidates best first, with the terms that they are known to have
 * @param read a candidate's passage; one that cannot be had is passed over
 */
export async function definitionsOf(
  candidates: readonly Candidate[],
  terms: readonly WantedTerm[],
  read: (candidate: Candidate) => Promise<FragmentPassage | undefined>,
): Promise<Candidate[]> {
  const found = await Promise.all(
    terms.map(async ({ kind, quoted, text, isPrefix }, t) => {
      if (kind !== 'identifier' || quoted) return [];
      const having = candidates.filter(({ exact }) => exact.includes(t)).slice(0, MOST_READ);
      const passages = await Promise.all(having.map((candidate) => read(candidate).catch(() => undefined)));
      const names = passages.map((passage) => (passage ? namesOf(passage) : []));
      const wanted = lexicalKey(text);
      const exactly = having.filter((_, i) => names[i].includes(wanted));
      if (exactly.length > 0 || !isPrefix) return exactly;
      return having.filter((_, i) => names[i].some((name) => name.startsWith(wanted)));
    }),
  );
  return found.flat();
}

/** What a candidate of `definitionsOf` gains. @param words of the query that are in no term */
export function definitionGain(
  terms: readonly Pick<WantedTerm, 'kind' | 'quoted'>[],
  words: readonly unknown[],
): number {
  const isAlone = words.length === 0 && terms.every(({ kind, quoted }) => kind === 'identifier' && !quoted);
  return isAlone ? GAIN_ALONE : GAIN;
}

/** The name that a passage's innermost heading is, with what it belongs to and without; none when it is anything else. */
export function namesOf({ title, headings }: Pick<FragmentPassage, 'title' | 'headings'>): string[] {
  const heading = lexicalKey(headings.at(-1) ?? title);
  const name = NAME.exec(heading)![0];
  if (name === '' || !AFTER_NAME.test(heading.slice(name.length))) return [];
  return [name, name.replace(OWNER, '')];
}
