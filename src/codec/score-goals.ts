// What the code of a pooled row is chosen for: to lie near the mean of its members, and to give the scores that the passage's own rows
// give, to its members and to the query rows that are likely to find them. Computed once a passage; encode-rows.ts and fit.ts minimise it.

/** Weight of the members' scores against the distance from their mean: 4, 9, 16 and 20 were tried (docs/decisions/0002). */
export const MEMBER_WEIGHT = 9;
/** Weight of one likely query row's score, times the square of how much it counts: 0.3 to 10 were tried (docs/decisions/0002). */
export const QUERY_WEIGHT = 1.5;

/** Unit query rows that a passage may be asked with, in the space of its token rows. */
export interface LikelyQueries {
  /** [count, dim] */
  rows: Float32Array;
  /** [count] 0..1 */
  weights: Float32Array;
}

/** Row r is to lie near means[r], and to score targets[t] with rows[t] for every term t of firstTerm[r] .. firstTerm[r + 1] - 1. */
export interface ScoreGoals {
  dim: number;
  rowCount: number;
  /** [rowCount, dim] plain means of the members, not renormalised. */
  means: Float32Array;
  /** [rowCount + 1] */
  firstTerm: Uint32Array;
  /** [termCount, dim] unit rows: members first, likely queries after them. */
  rows: Float32Array;
  /** [termCount] */
  targets: Float32Array;
  weights: Float32Array;
}

/**
 * A member is to score 1, as it does with itself; a likely query what its best token gives, which is asked of that token's row.
 * @param tokens [tokenCount, dim] unit rows
 * @param rowOfToken [tokenCount] group of each row, as `poolRows` gives it
 */
export function scoreGoals(
  tokens: Float32Array,
  rowOfToken: Uint32Array,
  rowCount: number,
  dim: number,
  likely?: LikelyQueries,
): ScoreGoals {
  const tokenCount = rowOfToken.length;
  const found = likely ? bestTokens(tokens, tokenCount, dim, likely.rows) : { tokens: [], scores: [] };
  const termCount = tokenCount + found.tokens.length;
  const sizes = new Uint32Array(rowCount);
  for (const row of rowOfToken) sizes[row]++;
  const firstTerm = new Uint32Array(rowCount + 1);
  for (const row of rowOfToken) firstTerm[row + 1]++;
  for (const token of found.tokens) firstTerm[rowOfToken[token] + 1]++;
  for (let row = 0; row < rowCount; row++) firstTerm[row + 1] += firstTerm[row];

  const goals: ScoreGoals = {
    dim,
    rowCount,
    means: new Float32Array(rowCount * dim),
    firstTerm,
    rows: new Float32Array(termCount * dim),
    targets: new Float32Array(termCount),
    weights: new Float32Array(termCount),
  };
  const next = firstTerm.slice(0, rowCount);
  const put = (row: number, source: Float32Array, from: number, target: number, weight: number) => {
    const term = next[row]++;
    goals.rows.set(source.subarray(from * dim, (from + 1) * dim), term * dim);
    goals.targets[term] = target;
    goals.weights[term] = weight;
  };
  rowOfToken.forEach((row, token) => {
    put(row, tokens, token, 1, MEMBER_WEIGHT / sizes[row]);
    for (let d = 0; d < dim; d++) goals.means[row * dim + d] += tokens[token * dim + d] / sizes[row];
  });
  found.tokens.forEach((token, query) => {
    put(rowOfToken[token], likely!.rows, query, found.scores[query], QUERY_WEIGHT * likely!.weights[query] ** 2);
  });
  return goals;
}

/** The token that scores most with each query row, the first on a tie, and its score. */
function bestTokens(tokens: Float32Array, tokenCount: number, dim: number, queries: Float32Array) {
  const best: number[] = [];
  const scores: number[] = [];
  if (tokenCount === 0) return { tokens: best, scores };
  for (let query = 0; query < queries.length; query += dim) {
    let [winner, highest] = [0, Number.NEGATIVE_INFINITY];
    for (let token = 0; token < tokenCount; token++) {
      const score = dot(tokens, token * dim, queries, query, dim);
      if (score > highest) [winner, highest] = [token, score];
    }
    best.push(winner);
    scores.push(highest);
  }
  return { tokens: best, scores };
}

/** Four sums side by side: a single one would wait for each addition. */
function dot(a: Float32Array, atA: number, b: Float32Array, atB: number, dim: number): number {
  let [w, x, y, z] = [0, 0, 0, 0];
  for (let d = 0; d < dim; d += 4) {
    w += a[atA + d] * b[atB + d];
    x += a[atA + d + 1] * b[atB + d + 1];
    y += a[atA + d + 2] * b[atB + d + 2];
    z += a[atA + d + 3] * b[atB + d + 3];
  }
  return w + x + y + z;
}

/** The goals of some rows of several passages, as one. */
export function gatherGoals(parts: { goals: ScoreGoals; row: number }[], dim: number): ScoreGoals {
  const firstTerm = new Uint32Array(parts.length + 1);
  parts.forEach(({ goals, row }, i) => {
    firstTerm[i + 1] = firstTerm[i] + goals.firstTerm[row + 1] - goals.firstTerm[row];
  });
  const termCount = firstTerm[parts.length];
  const gathered: ScoreGoals = {
    dim,
    rowCount: parts.length,
    means: new Float32Array(parts.length * dim),
    firstTerm,
    rows: new Float32Array(termCount * dim),
    targets: new Float32Array(termCount),
    weights: new Float32Array(termCount),
  };
  parts.forEach(({ goals, row }, i) => {
    const [from, to] = [goals.firstTerm[row], goals.firstTerm[row + 1]];
    gathered.means.set(goals.means.subarray(row * dim, (row + 1) * dim), i * dim);
    gathered.rows.set(goals.rows.subarray(from * dim, to * dim), firstTerm[i] * dim);
    gathered.targets.set(goals.targets.subarray(from, to), firstTerm[i]);
    gathered.weights.set(goals.weights.subarray(from, to), firstTerm[i]);
  });
  return gathered;
}
