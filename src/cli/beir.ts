// BEIR folders (corpus.jsonl, queries.jsonl, qrels/*.tsv) and the measures that are taken on them.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LatelightError } from '../errors.ts';

export interface BeirSet {
  documents: { id: string; text: string }[];
  /** Judged queries only. */
  queries: {
    id: string;
    text: string;
    relevance: Map<string, number>;
    /** Id of the document that the query itself is, as all of ArguAna's are; it is no answer. */
    own?: string;
  }[];
}

export interface Measures {
  ndcg10: number;
  mrr10: number;
  recall100: number;
}

/**
 * @param split name of the qrels file without `.tsv`
 * @throws LatelightError `bad-option` when a file is missing, a line is not what it should be (which is named), or no query is judged
 */
export async function readBeir(folder: string, split: string): Promise<BeirSet> {
  const corpus = await readJsonLines(join(folder, 'corpus.jsonl'));
  const queries = await readJsonLines(join(folder, 'queries.jsonl'));
  const qrels = await readText(join(folder, 'qrels', `${split}.tsv`), folder);
  const judged = new Map<string, Map<string, number>>();
  for (const [at, line] of qrels.split('\n').entries()) {
    if (line.trim() === '') continue;
    const columns = line.trim().split('\t');
    const [query, document, score] = columns;
    // The score of the header is a word, that of any other line a number.
    if (columns.length !== 3 || Number.isNaN(Number(score)) !== (at === 0)) {
      throw new LatelightError(
        'bad-option',
        `eval: expected ${at === 0 ? 'the header query-id, corpus-id, score' : 'an _id of a query, an _id of a document and a number'}, apart by tabs, in line ${at + 1} of ${join(folder, 'qrels', `${split}.tsv`)}, got ${line.trim().slice(0, 60)}.`,
      );
    }
    if (at === 0) continue;
    const relevance = judged.get(query) ?? judged.set(query, new Map()).get(query)!;
    relevance.set(document, Number(score));
  }
  const judgedQueries = queries.filter(({ _id }) => judged.has(_id));
  // Told before documents are encoded for nothing.
  if (corpus.length === 0 || judgedQueries.length === 0) {
    throw new LatelightError(
      'bad-option',
      `eval: expected documents, and queries that qrels/${split}.tsv judges, in ${folder}, got ${corpus.length} documents and ${queries.length} queries, of which ${judgedQueries.length} are judged. ` +
        'The _id of queries.jsonl must be those of the qrels, and columns be apart by tabs.',
    );
  }
  const textOf = new Map(corpus.map(({ _id, text }) => [_id, text]));
  return {
    documents: corpus.map(({ _id, title, text }) => ({ id: _id, text: title ? `${title} ${text}`.trim() : text })),
    queries: judgedQueries.map(({ _id, text }) => ({
      id: _id,
      text,
      relevance: judged.get(_id)!,
      // Ids alone tell nothing: query 1 of Cranfield is not its document 1.
      own: squeezed(textOf.get(_id)) === squeezed(text) ? _id : undefined,
    })),
  };
}

function squeezed(text: string | undefined): string | undefined {
  return text?.replace(/\s+/g, '').toLowerCase();
}

/**
 * Ids of the documents that a query found, without the query itself, as BEIR leaves it out. One more than are measured should be found.
 * @param query its number
 * @param ranked numbers of documents, best first
 */
export function foundIds({ documents, queries }: BeirSet, query: number, ranked: Iterable<number>): string[] {
  return Array.from(ranked, (document) => documents[document].id).filter((id) => id !== queries[query].own);
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
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    const row = parsed(line);
    if (typeof row?._id === 'string' && typeof row.text === 'string') return [row as BeirLine];
    throw new LatelightError(
      'bad-option',
      `eval: expected an object with the strings _id and text in line ${at + 1} of ${path}, got ${line.slice(0, 60)}.`,
    );
  });
}

function parsed(line: string): Partial<BeirLine> | null | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
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
