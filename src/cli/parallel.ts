// Runs an async task over items with a bounded number in flight, results in item order. The first failure stops the rest.

import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';

export async function mapParallel<T, R>(items: T[], task: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const limit = pLimit(availableParallelism());
  let failed = false;
  return Promise.all(
    items.map((item, index) =>
      limit(async () => {
        if (failed) return undefined as R;
        try {
          return await task(item, index);
        } catch (error) {
          failed = true;
          throw error;
        }
      }),
    ),
  );
}
