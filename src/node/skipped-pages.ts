// What the plugins of site generators say of pages that are not in the index. Pure.

import { EXCLUSIONS } from '../ingest/exclusions.ts';

export interface Skipped {
  path: string;
  reason: string;
}

interface SkipGroup {
  reason: string;
  paths: string[];
}

const REASONS_NAMED = 5;
const PATHS_NAMED = 3;

const OWN_WISH = new Set<string>(Object.values(EXCLUSIONS));

/** A line for each reason, the commonest first. */
export function skipLines(skipped: readonly Skipped[]): string[] {
  const { named, others } = commonest(skipped);
  const lines = named.map(({ reason, paths }) => `${count(paths.length)} left out, ${reason}: ${pathList(paths)}`);
  return others > 0 ? [...lines, `${count(others)} left out for other reasons`] : lines;
}

/** For the end of a sentence: `: robots noindex (3, such as a.html)`; nothing for none. */
export function skipReasons(skipped: readonly Skipped[]): string {
  const { named, others } = commonest(skipped);
  const list = [
    ...named.map(({ reason, paths }) => `${reason} (${paths.length}, such as ${paths[0]})`),
    ...(others > 0 ? [`other reasons (${others})`] : []),
  ];
  return list.length > 0 ? `: ${list.join(', ')}` : '';
}

/** As in the preview of a site that is published later, where every page has `noindex`. */
export function allAskNotToBeFound(skipped: readonly Skipped[]): boolean {
  return (
    skipped.every(({ reason }) => OWN_WISH.has(reason)) && skipped.some(({ reason }) => reason !== EXCLUSIONS.redirect)
  );
}

function commonest(skipped: readonly Skipped[]): { named: SkipGroup[]; others: number } {
  const groups = new Map<string, string[]>();
  for (const { path, reason } of skipped) {
    const paths = groups.get(reason);
    if (paths) paths.push(path);
    else groups.set(reason, [path]);
  }
  const sorted = Array.from(groups, ([reason, paths]) => ({ reason, paths })).sort(
    (a, b) => b.paths.length - a.paths.length,
  );
  const rest = sorted.slice(REASONS_NAMED);
  return {
    named: sorted.slice(0, REASONS_NAMED),
    others: rest.reduce((sum, { paths }) => sum + paths.length, 0),
  };
}

function pathList(paths: readonly string[]): string {
  const named = paths.slice(0, PATHS_NAMED).join(', ');
  return paths.length > PATHS_NAMED ? `${named} and ${paths.length - PATHS_NAMED} more` : named;
}

const count = (pages: number) => `${pages} ${pages === 1 ? 'page' : 'pages'}`;
