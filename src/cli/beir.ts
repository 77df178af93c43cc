// BEIR folders (corpus.jsonl, queries.jsonl, qrels/*.tsv) and the measures that are taken on them.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LatelightError } from '../errors.ts';

export interface BeirSet {
  documents: { id: string; text: string }[];
  /** Judged queries only. */
  queries: { id: string; text: string; relevance: Map<string, number> }[];
}

export interface Measures {
  ndcg10: number;
  mrr10: number;
  recall100: number;
}

/** @param split name of the qrels file without `.tsv` */
export async function readBeir(folder: string, split: string): Promise<BeirSet> {
  const corpus = await readJsonLines(join(folder, 'corpus.jsonl'));
  const queries = await readJsonLines(join(folder, 'queries.jsonl'));
  const qrels = await readText(join(folder, 'qrels', `${split}.tsv`), folder);
  const judged = new Map<string, Map<string, number>>();
  for (const line of qrels.split('\n').slice(1)) {
    const [query, document, score] = line.trim().split('\t');
    if (!score) continue;
    const relevance = judged.get(query) ?? judged.set(query, new Map()).get(query)!;
    relevance.set(document, Number(score));
  }
  return {
    documents: corpus.map(({ _id, title, text }) => ({ id: _id, text: title ? `${title} ${text}`.trim() : text })),
    queries: queries
      .filter(({ _id }) => judged.has(_id))
      .map(({ _id, text }) => ({ id: _id, text, relevance: judged.get(_id)! })),
  };
}

/** Linear gain, log2 discount, as trec_eval and BEIR compute it; documents in rank order. */
export function measure(ranked: string[], relevance: Map<string, number>): Measures {
  const gain = (rank: number, score: number) => score / Math.log2(rank + 2);
  const dcg = ranked.slice(0, 10).reduce((sum, id, rank) => sum + gain(rank, relevance.get(id) ?? 0), 0);
  const ideal = [...relevance.values()]
    .sort((a, b) => b - a)
    .slice(0, 10)
    .reduce((sum, score, rank) => sum + gain(rank, score), 0);
  const relevant = [...relevance].filter(([, score]) => score > 0).map(([id]) => id);
  const first = ranked.slice(0, 10).findIndex((id) => (relevance.get(id) ?? 0) > 0);
  const found = new Set(ranked.slice(0, 100));
  return {
    ndcg10: ideal > 0 ? dcg / ideal : 0,
    mrr10: first < 0 ? 0 : 1 / (first + 1),
    recall100: relevant.length > 0 ? relevant.filter((id) => found.has(id)).length / relevant.length : 0,
  };
}

interface BeirLine {
  _id: string;
  title?: string;
  text: string;
}

async function readJsonLines(path: string): Promise<BeirLine[]> {
  const text = await readText(path, path);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as BeirLine);
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const folder = join(path, '..');
    const found = await readdir(folder).catch(() => []);
    throw new LatelightError(
      'bad-option',
      `eval: expected the file ${path} of a BEIR folder (corpus.jsonl, queries.jsonl, qrels/<split>.tsv), found ${found.join(', ') || 'nothing'} near ${what}.`,
      { cause },
    );
  }
}
