// How sure a difference is: queries drawn again with replacement (paired bootstrap), in each set by itself.

import { seededRandom } from '../../src/codec/random.ts';
import { mean } from '../statistics.ts';

export interface Interval {
  low: number;
  high: number;
}

const RESAMPLES = 1000;

/** The mean over sets of the mean over queries. */
export function meanOverSets(sets: number[][]): number {
  return mean(sets.map(mean));
}

/**
 * The middle 95% of `mean(values) / mean(reference) - 1` over resamples.
 * @param values one number a query, for each set; `reference` of the same queries
 */
export function relativeInterval(values: number[][], reference: number[][]): Interval {
  const random = seededRandom(7);
  const differences: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let [ours, theirs] = [0, 0];
    values.forEach((set, s) => {
      let [sum, referenceSum] = [0, 0];
      for (let i = 0; i < set.length; i++) {
        const query = Math.floor(random() * set.length);
        sum += set[query];
        referenceSum += reference[s][query];
      }
      ours += sum / set.length;
      theirs += referenceSum / set.length;
    });
    differences.push(ours / theirs - 1);
  }
  differences.sort((a, b) => a - b);
  return { low: differences[RESAMPLES * 0.025], high: differences[RESAMPLES * 0.975 - 1] };
}
