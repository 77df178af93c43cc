// The indexes that one engine searches: the one it was opened with and those merged into it. Each is opened for itself; one that fails
// is left out and says why, as long as another can be searched.

import type { SearchSite } from '../engine/candidates.ts';
import type { SearchIndex } from '../engine/search-index.ts';
import type { Searched } from '../engine/search-run.ts';
import { type ErrorData, LatelightError, throwIfAborted, toErrorData } from '../errors.ts';
import type { ModelConfig } from '../format/engine-refs.ts';
import { type Manifest, manifestFor, parseManifest } from '../format/manifest.ts';
import type { MergedIndex, Site } from '../types.ts';
import { HttpSource } from './http-source.ts';

/** One of the indexes, as far as it has come. */
export interface SiteState {
  source: HttpSource;
  weight: number;
  filter: Record<string, string[]>;
  manifest?: Manifest;
  /** Once it can be searched. */
  search?: SearchSite;
  /** Why it is left out; why the last search went without it. */
  error?: ErrorData;
}

/** How long a site among several may be silent: the others are not kept waiting by one that hangs. */
const SITE_PATIENCE_MS = 5000;
/** How long each manifest of one that is merged may take, and a file beyond what a very slow line needs for it: one that drips bytes hangs, too. */
const DRIPPING_MS = 20_000;

export class SiteList {
  readonly states: SiteState[];
  /** Whether filters that no index has may be another's. For good: who asks may not have heard that a site answers again. */
  private lacksFilters = false;

  /** @param url of the first index; `merged` those beside it, already checked */
  constructor(url: string, merged: readonly MergedIndex[]) {
    this.states = [{ url }, ...merged].map(({ url, weight = 1, filter = {} }: MergedIndex, site) => ({
      source: new HttpSource(url, merged.length > 0 ? SITE_PATIENCE_MS : undefined, site > 0 ? DRIPPING_MS : undefined),
      weight,
      filter,
    }));
  }

  /**
   * Reads the manifests of all, of sites in several languages that of the page's. The first that can be read says what encodes queries; those that were encoded in another way are left out.
   * @param language BCP 47, or empty for each site's own
   * @throws LatelightError what the first failed with, when none can be read
   */
  async readManifests(language: string, signal?: AbortSignal): Promise<{ source: HttpSource; manifest: Manifest }> {
    await this.each(async (state) => {
      const first = parseManifest(await state.source.readManifest(signal));
      const file = manifestFor(first, language);
      const isOther = file !== undefined && file !== 'manifest.json';
      state.manifest = isOther ? parseManifest(await state.source.readManifest(signal, file)) : first;
    }, signal);
    const primary = this.states.find(({ manifest }) => manifest);
    if (!primary) throw this.firstError();
    const manifest = primary.manifest!;
    for (const state of this.states) {
      const other = state.manifest && differenceOf(state.manifest, manifest);
      if (!other) continue;
      state.error = toErrorData(
        new LatelightError(
          'bad-option',
          `open: expected ${state.source.base} to be indexed as ${primary.source.base} is (${manifest.queryEncoder.name}), ` +
            `got another ${other} (${state.manifest!.queryEncoder.name}). Index both with the same version and options.`,
        ),
        'bad-option',
      );
      state.manifest = undefined;
    }
    return { source: primary.source, manifest };
  }

  /** Those whose manifest was read, in order. */
  get known(): (SiteState & { manifest: Manifest })[] {
    return this.states.filter((state): state is SiteState & { manifest: Manifest } => state.manifest !== undefined);
  }

  /** Those that can be searched. */
  get searchable(): SearchSite[] {
    return this.states.flatMap(({ search }) => (search ? [search] : []));
  }

  /**
   * Opens every index whose manifest was read.
   * @throws LatelightError what the first failed with, when none can be opened
   */
  async openAll(
    open: (source: HttpSource, manifest: Manifest) => Promise<SearchIndex>,
    signal?: AbortSignal,
  ): Promise<SearchSite[]> {
    await this.each(async (state) => {
      if (!state.manifest) return;
      const index = await open(state.source, state.manifest);
      const { weight, filter } = state;
      state.search = { index, site: this.states.indexOf(state), siteRoot: siteRootOf(state), weight, filter };
    }, signal);
    if (this.searchable.length === 0) throw this.firstError();
    return this.searchable;
  }

  /** What one search is over. It asks every site that is open again, whatever one before it failed with. */
  begin(): Searched {
    // One that is down may have any, and one that was empty may have some by now (askable of ../element/filter-choice.ts).
    this.lacksFilters ||= this.describe().some(({ error, passageCount }) => error || passageCount === 0);
    for (const state of this.states) if (state.search) state.error = undefined;
    return {
      sites: this.searchable,
      declaredFilters: this.lacksFilters ? 'any' : undefined,
      onSiteFailure: ({ site }, error) => {
        this.states[site].error = toErrorData(error, 'download-failed');
      },
    };
  }

  describe(): Site[] {
    return this.states.map((state) => ({
      url: state.source.base.href,
      siteRoot: siteRootOf(state),
      passageCount: state.manifest?.passageCount ?? 0,
      pageCount: state.manifest?.pageCount ?? 0,
      error: state.error && { code: state.error.code, message: state.error.message },
    }));
  }

  close(): void {
    for (const { index } of this.searchable) index.close();
  }

  /** As before `openAll`, so that it can be called again. */
  closeAll(): void {
    this.close();
    for (const state of this.known) {
      state.search = undefined;
      state.error = undefined;
    }
  }

  private async each(step: (state: SiteState) => Promise<void>, signal?: AbortSignal): Promise<void> {
    await Promise.all(
      this.states.map((state) =>
        step(state).catch((error) => {
          state.error = toErrorData(error, 'download-failed');
        }),
      ),
    );
    throwIfAborted(signal, 'open');
  }

  private firstError(): LatelightError {
    const { code, message } = this.states.find(({ error }) => error)!.error!;
    return new LatelightError(code, message);
  }
}

const CONFIG_NAMES = {
  prompts: 'prompt',
  prefixes: 'prefix',
  queryLength: 'query length',
  documentLength: 'document length',
  queryExpansion: 'query expansion',
  attendToExpansionTokens: 'attention to expansion tokens',
  skiplist: 'skip list',
  maskToken: 'mask token',
} satisfies Record<keyof ModelConfig, string>;

/** By name what scores depend on: they compare, and codes of one index mean the same in another, when all of it is equal. */
function scoredBy({ codec, documentEncoder, queryEncoder }: Manifest): [name: string, value: string][] {
  const { config, tokenizer, tokenizerConfig, weights } = queryEncoder;
  const fields = Object.keys(CONFIG_NAMES) as (keyof ModelConfig)[];
  return [
    ['codec', codec.sha256],
    ['query encoder', weights.wasm.sha256],
    ['document encoder', documentEncoder.sha256],
    ['tokenizer', tokenizer.sha256 + JSON.stringify(tokenizerConfig)],
    ...fields.map((field): [string, string] => [CONFIG_NAMES[field], JSON.stringify(config[field])]),
  ];
}

/** The first that differs; what one of them does not say may be anything. */
function differenceOf(one: Manifest, other: Manifest): string | undefined {
  const others = scoredBy(other);
  const isOther = ([, value]: [string, string], i: number) =>
    value !== '' && others[i][1] !== '' && value !== others[i][1];
  return scoredBy(one).find(isOther)?.[0];
}

function siteRootOf({ source, manifest }: SiteState): string {
  return new URL(manifest?.siteRoot || './', source.base).href;
}
