// Which filter values are ticked, and what there is to tick. Pure.

import type { SearchEngine } from '../types.ts';

export type FilterChoice = Readonly<Record<string, readonly string[]>>;
type Counts = Record<string, Record<string, number>>;

export interface FilterValue {
  value: string;
  pageCount: number;
  isOn: boolean;
}

export interface FilterGroup {
  name: string;
  /** Counted when it is read: an index may have thousands, and they are seldom looked at. */
  readonly values: FilterValue[];
}

/** An index's values in their order, by its counts, which stay the same for as long as it is open. */
const orders = new WeakMap<Record<string, number>, [string, number][]>();

/** The choice with one value ticked or not; a name without values is left out. */
export function toggled(choice: FilterChoice, name: string, value: string): FilterChoice {
  const values = valuesOf(choice, name);
  const next = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
  const others = Object.entries(choice).filter(([other]) => other !== name);
  return Object.fromEntries(next.length > 0 ? [...others, [name, next]] : others);
}

/**
 * What of a choice an engine can be asked for. A name that only one before it had was ticked there, and would be refused here.
 * @param names of the filters of all engines so far; another one is a mistake of the page, which is to be said
 */
export function askable(
  choice: FilterChoice,
  names: ReadonlySet<string>,
  { filters, sites }: Partial<SearchEngine> = {},
): FilterChoice {
  // An index that is down may have others, and one that was empty may have some by now.
  if (sites?.some(({ error, passageCount }) => error || passageCount === 0)) return choice;
  return Object.fromEntries(
    Object.entries(choice).filter(([name]) => !names.has(name) || Object.hasOwn(filters ?? {}, name)),
  );
}

/** What is ticked, in the order it was. */
export function ticked(choice: FilterChoice): { name: string; value: string }[] {
  return Object.entries(choice).flatMap(([name, values]) => values.map((value) => ({ name, value })));
}

/**
 * Groups to show. Their order comes from the whole index, so that nothing moves while someone types; the counts come from the
 * result where there is one, and a value it does not count has no page left.
 * @param all counts of the whole index
 * @param facets counts of a result
 * @param shown names to show, in this order; all without it
 */
export function filterGroups(
  all: Counts,
  facets: Counts | undefined,
  choice: FilterChoice,
  shown: readonly string[] | undefined,
): FilterGroup[] {
  const names = shown ? shown.filter((name) => Object.hasOwn(all, name)) : Object.keys(all);
  const some = names.filter((name) => Object.keys(all[name]).length > 0);
  return some.map((name) => ({
    name,
    get values() {
      const counts = facets && new Map(Object.entries(Object.hasOwn(facets, name) ? facets[name] : {}));
      const on = valuesOf(choice, name);
      return inOrder(all[name]).map(([value, total]) => ({
        value,
        pageCount: counts ? (counts.get(value) ?? 0) : total,
        isOn: on.includes(value),
      }));
    },
  }));
}

function inOrder(totals: Record<string, number>): [string, number][] {
  const order = orders.get(totals) ?? Object.entries(totals).sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  orders.set(totals, order);
  return order;
}

function valuesOf(choice: FilterChoice, name: string): readonly string[] {
  return Object.hasOwn(choice, name) ? choice[name] : [];
}
