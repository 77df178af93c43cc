// manifest.json: docs/FORMAT.md, "Manifest". It names every other file with its size and SHA-256, and everything a page needs
// to know to encode a query. Parsed strictly: what this build does not understand it refuses.

import { LatelightError } from '../errors.ts';
import { type EngineRefs, engineRefs, type FileRef, fileRef, optionalFileRef } from './engine-refs.ts';
import { JsonFields } from './json-fields.ts';
import { shardBytes } from './shard.ts';

export type { FileRef } from './engine-refs.ts';

export const MANIFEST_VERSION = 1;

export interface ShardRef extends FileRef {
  passageCount: number;
  blockCount: number;
  /** Rows without padding. */
  rowCount: number;
}

export interface FragmentRef extends FileRef {
  passageCount: number;
}

export interface LexiconRef extends FileRef {
  /** The chunk's first word. */
  first: string;
  /** Words of the chunk that stand anywhere: nobody need fetch it for them. */
  common?: string[];
}

export interface Manifest extends EngineRefs {
  format: 'latelight';
  version: typeof MANIFEST_VERSION;
  generator: string;
  /** BCP 47 language of most pages, or empty. */
  language: string;
  /** In `manifest.json` of a site in several languages: language -> file name of the manifest of its pages, this one's too. */
  languages?: Record<string, string>;
  /** Where hits' addresses lead, relative to the manifest's own address: `../` for an index folder inside the site. */
  siteRoot: string;
  passageCount: number;
  pageCount: number;
  /** Document tokens that became rows, before pooling: special ones counted, skip-listed ones not. */
  tokenCount: number;
  shards: ShardRef[];
  fragments: FragmentRef[];
  /** Chunks in the order of their words; absent when nothing is looked up letter by letter. */
  lexicon?: LexiconRef[];
  pages: FileRef;
  filters?: FileRef;
}

const fields = new JsonFields('bad-manifest', 'manifest', 'Index the site again.');

function manifestNames(value: unknown): Record<string, string> {
  const names = Object.entries(fields.object(value, 'languages')).map(([language, file]): [string, string] => {
    const path = `languages.${language}`;
    const name = fields.string(file, path);
    if (!/^manifest(\.[A-Za-z0-9-]+)?\.json$/.test(name)) fields.fail(path, 'manifest.<tag>.json', name);
    return [language, name];
  });
  return Object.fromEntries(names);
}

/** The manifest for a page's language, of the nearest tag. Nothing when there is none, or no choice. */
export function manifestFor({ languages = {} }: Pick<Manifest, 'languages'>, wanted: string): string | undefined {
  const tag = nearestTag(Object.keys(languages), wanted);
  return tag === undefined ? undefined : languages[tag];
}

/** The same tag or one that is more general, else of the same language elsewhere, the first in code-unit order (`pt-BR` for `pt`). */
export function nearestTag(tags: string[], wanted: string): string | undefined {
  const [language] = wanted.toLowerCase().split(/[-_]/);
  const elsewhere = () => [...tags].sort().find((known) => known.toLowerCase().split('-')[0] === language);
  return sameOrMoreGeneralTag(tags, wanted) ?? elsewhere();
}

/** The same tag, else the longest that begins as it does: `fr` for `fr-CA`. */
export function sameOrMoreGeneralTag(tags: string[], wanted: string): string | undefined {
  const parts = wanted.toLowerCase().split(/[-_]/);
  for (let length = parts.length; length > 0; length--) {
    const tag = tags.find((known) => known.toLowerCase() === parts.slice(0, length).join('-'));
    if (tag !== undefined) return tag;
  }
  return undefined;
}

/** What a `siteRoot` may be: `../`, `docs/`, `my docs/`, or nothing. No spaces around a name: URLs lose those at their beginning. */
export function isRelativeFolder(path: string): boolean {
  return /^([\p{L}\p{M}\p{N}_.-]+( +[\p{L}\p{M}\p{N}_.-]+)*\/)*$/u.test(path);
}

/** One of millions of passages is smaller. */
const MOST_MANIFEST_BYTES = 64 * 2 ** 20;

/** For readers, before they have all of one. @throws LatelightError `bad-manifest` */
export function checkManifestSize(bytes: number): void {
  if (bytes <= MOST_MANIFEST_BYTES) return;
  throw new LatelightError(
    'bad-manifest',
    `manifest: expected at most ${MOST_MANIFEST_BYTES / 2 ** 20} MiB, got more. Split the documents over several indexes (mergeIndex).`,
  );
}

/** @throws LatelightError `bad-manifest` naming the field, what was expected and what came */
export function parseManifest(text: string): Manifest {
  checkManifestSize(text.length);
  const root = fields.root(text, 'latelight', MANIFEST_VERSION);
  const siteRoot = fields.string(root.siteRoot, 'siteRoot');
  // Relative, so that an index can be copied to any base path, and so that no hit can lead to another site or to a script.
  if (!isRelativeFolder(siteRoot)) fields.fail('siteRoot', 'a relative folder', siteRoot);

  const refs = engineRefs(fields, root);
  const shards = fields.list(root.shards, 'shards').map((value, i): ShardRef => {
    const path = `shards[${i}]`;
    const shard = fields.object(value, path);
    const ref = fileRef(fields, shard, path);
    const passageCount = fields.count(shard.passageCount, `${path}.passageCount`);
    const blockCount = fields.count(shard.blockCount, `${path}.blockCount`);
    // As much is allocated, on a GPU too, before the first shard has come.
    const least = shardBytes(refs.codec, passageCount, blockCount);
    if (ref.bytes < least) {
      const what = `at least ${least}, those of ${passageCount} passages in ${blockCount} blocks`;
      fields.fail(`${path}.bytes`, what, ref.bytes);
    }
    return { ...ref, passageCount, blockCount, rowCount: fields.count(shard.rowCount, `${path}.rowCount`) };
  });
  const fragments = fields.list(root.fragments, 'fragments').map((value, i): FragmentRef => {
    const path = `fragments[${i}]`;
    return {
      ...fileRef(fields, value, path),
      passageCount: fields.count(fields.object(value, path).passageCount, `${path}.passageCount`),
    };
  });
  const lexicon =
    root.lexicon === undefined
      ? undefined
      : fields.list(root.lexicon, 'lexicon').map((value, i): LexiconRef => {
          const path = `lexicon[${i}]`;
          const chunk = fields.object(value, path);
          const words = chunk.common === undefined ? undefined : fields.list(chunk.common, `${path}.common`);
          return {
            ...fileRef(fields, value, path),
            first: fields.string(chunk.first, `${path}.first`),
            common: words?.map((word, at) => fields.string(word, `${path}.common[${at}]`)),
          };
        });
  const passageCount = fields.count(root.passageCount, 'passageCount');
  for (const [name, parts] of [
    ['shards', shards],
    ['fragments', fragments],
  ] as const) {
    const total = parts.reduce((sum, part) => sum + part.passageCount, 0);
    if (total !== passageCount) fields.fail(`the passages of ${name}`, `${passageCount} in all`, total);
  }

  return {
    format: 'latelight',
    version: MANIFEST_VERSION,
    generator: fields.string(root.generator, 'generator'),
    language: fields.string(root.language, 'language'),
    languages: root.languages === undefined ? undefined : manifestNames(root.languages),
    siteRoot,
    passageCount,
    pageCount: fields.count(root.pageCount, 'pageCount'),
    tokenCount: fields.count(root.tokenCount, 'tokenCount'),
    ...refs,
    shards,
    fragments,
    lexicon,
    pages: fileRef(fields, root.pages, 'pages'),
    filters: optionalFileRef(fields, root.filters, 'filters'),
  };
}
