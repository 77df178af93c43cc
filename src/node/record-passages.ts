// A record that is no file -> its passages.

import { oneLine } from '../ingest/clean-text.ts';
import { type PackOptions, packSections } from '../ingest/pack.ts';
import type { Section } from '../ingest/parsed-page.ts';
import type { Passage } from '../shared-types.ts';
import type { IndexRecord } from './options.ts';

/** @param url the record's address, checked */
export function recordPassages(record: IndexRecord, url: string, options: PackOptions): Passage[] {
  const { content, language, meta = {}, filters = {}, sort } = record;
  const title = oneLine(record.title);
  const headings = (record.headings ?? []).map(oneLine);
  const blocks = content
    .split(/\n[^\S\n]*\n/)
    .map(oneLine)
    .filter((paragraph) => paragraph !== '');
  if (blocks.length === 0) return [];
  const section: Section = {
    headings,
    level: headings.length > 0 ? 2 : 0,
    anchor: undefined,
    blocks: blocks.map((text) => ({ kind: 'prose', text })),
    onlyContents: false,
  };
  return packSections([section], { ...options, lang: language }).map(({ text }) => ({
    text,
    title,
    headings,
    url,
    filters,
    meta,
    ...(sort && { sort }),
  }));
}
