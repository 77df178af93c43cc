// Which of an index folder's manifests is meant, where pages of several languages have one each.

import { LatelightError } from '../errors.ts';
import { type Manifest, manifestFor, parseManifest } from '../format/manifest.ts';
import type { FolderSource } from './folder-source.ts';

export interface ChosenManifest {
  manifest: Manifest;
  /** Languages of the folder's other manifests. */
  others: string[];
}

/** Language -> file name of its manifest; one entry, whose name may be '', where all pages are in one index. */
export function languagesOf(first: Manifest): Record<string, string> {
  return first.languages ?? { [first.language]: 'manifest.json' };
}

/**
 * @param language as a page would say it: `fr-CA` finds `fr`; absent: the default one
 * @throws LatelightError `bad-option` when no manifest is of that language; `download-failed`, `bad-manifest`
 */
export async function chooseManifest(source: FolderSource, language?: string): Promise<ChosenManifest> {
  const first = parseManifest(await source.readManifest());
  const languages = languagesOf(first);
  const file = language === undefined ? 'manifest.json' : manifestFor({ languages }, language);
  if (file === undefined) {
    const known = Object.keys(languages).filter(Boolean).join(', ') || 'none is named';
    throw new LatelightError('bad-option', `index: expected a language of this index (${known}), got ${language}.`);
  }
  const manifest = file === 'manifest.json' ? first : parseManifest(await source.readManifest(undefined, file));
  return { manifest, others: Object.keys(languages).filter((tag) => languages[tag] !== file) };
}
