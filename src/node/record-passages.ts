// A record that is no file -> its passages.

import { type PackOptions, packSections } from '../ingest/pack.ts';
import type { Section } from '../ingest/parsed-page.ts';
import type { Passage } from '../types.ts';
import type { IndexRecord } from './options.ts';

/** @param url the record's address, checked */
export function recordPassages(record: IndexRecord, url: string, options: PackOptions): Passage[] {
  const { title, content, language, headings = [], meta = {}, filters = {}, sort } = record;
  const blocks = content
    .split(/\n[^\S\n]*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
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
