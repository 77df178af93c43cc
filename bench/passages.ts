// Passages to measure with: a BEIR folder's documents, a folder of pages as `latelight index` cuts them, or a text file's paragraphs.

import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColbertTokenizer } from '../src/encoder/colbert-tokenizer.ts';
import { CONTEXT_TOKENS, passageContext } from '../src/indexing/encode-passage.ts';
import { ingestDirectory } from '../src/ingest/directory.ts';

/** @param limit at most so many, taken evenly over the whole */
export async function readPassages(path: string, tokenizer: ColbertTokenizer, limit: number): Promise<string[]> {
  const all = (await allPassages(path, tokenizer)).filter((text) => text.trim() !== '');
  if (all.length === 0) throw new Error(`bench: expected passages in ${path}, found none`);
  const count = Math.min(limit, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
}

async function allPassages(path: string, tokenizer: ColbertTokenizer): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return (await readFile(path, 'utf8')).split(/\n\s*\n/);
  const corpus = join(path, 'corpus.jsonl');
  if (existsSync(corpus)) {
    const lines = (await readFile(corpus, 'utf8')).split('\n').filter(Boolean);
    return lines.map((line) => {
      const { title, text } = JSON.parse(line) as { title?: string; text: string };
      return title ? `${title} ${text}` : text;
    });
  }
  const countTokens = (text: string) => tokenizer.count(text);
  const { passages } = await ingestDirectory(path, {
    countTokens,
    maxTokens: tokenizer.documentBudget - CONTEXT_TOKENS,
  });
  return passages.map((passage) => passageContext(passage, countTokens) + passage.text);
}
