// What is searched for and what came of it: text, filters, order and number of pages, the result on show or the error. Knows no
// DOM; the element shows what stands here.

import type { SearchEngine, SearchRequest, SearchResult, Stage } from '../types.ts';
import { askable, type FilterChoice } from './filter-choice.ts';
import { type Group, groupByPage } from './grouping.ts';
import { QuerySequence } from './query-sequence.ts';
import { parseSort } from './sort-choice.ts';

export interface SearchModelHooks {
  /** Pages asked for, at first and with each "more", and hits of one page. */
  limits: () => { pages: number; perPage: number };
  /** Whether misspelt and unfinished words may be searched for as others. */
  typoTolerance: () => boolean;
  engine: () => Promise<SearchEngine>;
  hasEngine: () => boolean;
  /** Something to show has changed. */
  onChange: () => void;
  onResult: (result: SearchResult, groups: Group[]) => void;
  /** Called once for each error, never for a search that was replaced. */
  onError: (error: unknown) => void;
}

/** The engine's limit. */
const MOST_PAGES = 512;
/** What another caller of a shared engine is left for a search of its own, at first. */
const TURN_MS = 250;
/** And at last: a search that takes longer is not given way to for ever. */
const MOST_TURN_MS = 16_000;
/** Pages on show before the text of the others has been read, when nothing is: they fill the first screen. */
const FIRST_PAGES = 3;

export class SearchModel {
  text = '';
  /** A copy of our own: a caller's object may change unseen. */
  filter: FilterChoice = {};
  /** As the `sort` attribute has it: `date:desc`, or empty. */
  sort = '';
  result: SearchResult | undefined;
  groups: Group[] = [];
  error: unknown;
  isBusy = false;
  /** Whether the search under way is for more of the same. */
  isExtending = false;
  /** Of all engines so far. */
  private readonly filterNames = new Set<string>();
  private pages = 0;
  /** The text that is meant as it is spelt. */
  private spelt = '';
  private shownQuestion = '';
  private refinement = '[{},""]';
  private readonly hooks: SearchModelHooks;
  private readonly sequence: QuerySequence<SearchResult>;

  constructor(hooks: SearchModelHooks) {
    this.hooks = hooks;
    this.sequence = new QuerySequence<SearchResult>({
      run: (query, signal) => this.run(query, signal),
      onResult: (result) => this.showResult(result),
      onError: (error) => this.showError(error),
      onBusy: (busy) => {
        this.isBusy = busy;
        hooks.onChange();
      },
    });
  }

  /** Whether what is on show answers what is asked. */
  get isSettled(): boolean {
    const isFresh = !this.isBusy || this.isExtending || this.result?.stage === 'instant';
    return this.result !== undefined && this.shownQuestion === this.question && isFresh;
  }

  /** Whether the hits on show are those of another question. */
  get isStale(): boolean {
    return this.result !== undefined && !this.isSettled;
  }

  get canExtend(): boolean {
    return this.result?.hasMore === true && this.pages < MOST_PAGES;
  }

  /** @param canSearch false leaves the search to `resume` */
  setText(text: string, delayMs: number, canSearch = true): void {
    this.text = text;
    this.pages = this.hooks.limits().pages;
    this.isExtending = false;
    this.hooks.onChange();
    if (!text.trim()) this.empty();
    else if (canSearch) this.sequence.schedule(text, delayMs);
    else this.isBusy = true;
  }

  /** @returns whether filters or order are others than those last set */
  refine(filter: FilterChoice, sort: string): boolean {
    const refinement = JSON.stringify([filter, sort]);
    if (refinement === this.refinement) return false;
    this.refinement = refinement;
    [this.filter, this.sort] = JSON.parse(refinement);
    return true;
  }

  /** As what is asked is spelt, until something else is asked. */
  searchAsSpelt(): void {
    this.spelt = this.text;
    this.setText(this.text, 0);
  }

  extend(): void {
    if (this.isExtending) return;
    this.pages = Math.min(MOST_PAGES, this.pages + this.hooks.limits().pages);
    this.isExtending = true;
    this.sequence.schedule(this.text, 0);
  }

  /** Nothing under way will show before `resume`. */
  pause(): void {
    this.sequence.stop();
  }

  /** Searches for what `pause` stopped, for what has been asked since, and for all on show whose engine has gone. */
  resume(): void {
    const isShown = !this.isBusy && this.isSettled;
    if (!this.text.trim() || (isShown && this.hooks.hasEngine())) return;
    if (!this.result) this.pages = this.hooks.limits().pages;
    // As many pages as before, and as with "more" they stay as they are meanwhile.
    this.isExtending ||= isShown;
    this.sequence.schedule(this.text, 0);
  }

  /** Before another engine is asked: what failed need not fail there, and hits on show are not its answer. */
  forget(): void {
    this.shownQuestion = '';
    this.show(this.error ? undefined : this.result, undefined);
  }

  /** When an engine is closed that will be opened again: what failed goes with it, hits on show are still its answer. */
  forgetError(): void {
    this.show(this.result, undefined);
  }

  showError(error: unknown): void {
    if (isAborted(error)) return;
    const isNews = error !== this.error;
    this.show(
      this.isSettled && (this.isExtending || this.result?.stage === 'instant') ? this.result : undefined,
      error,
    );
    this.isExtending = false;
    if (isNews) this.hooks.onError(error);
  }

  private get question(): string {
    return this.refinement + (this.isTolerant ? '' : '"') + this.text;
  }

  private get isTolerant(): boolean {
    return this.hooks.typoTolerance() && this.text !== this.spelt;
  }

  private empty(): void {
    this.sequence.cancel();
    // What failed to open still has: only the error of a search goes with its query.
    this.show(undefined, this.hooks.hasEngine() ? undefined : this.error);
  }

  private async run(query: string, signal: AbortSignal): Promise<SearchResult> {
    const onInstant = (result: SearchResult) => {
      // The best hits that are kept meanwhile do not give way to quick ones.
      const isKept = this.isExtending && this.result?.stage === 'full';
      if (!signal.aborted && !isKept) this.showResult(result);
    };
    let pauseMs = TURN_MS;
    let pausedIn: Stage | undefined;
    for (;;) {
      const engine = await this.hooks.engine();
      signal.throwIfAborted();
      try {
        return await engine.search(query, { ...this.request(engine), signal, onInstant });
      } catch (error) {
        if (signal.aborted || !isAborted(error)) throw error;
      }
      // Another who shares the engine has asked it for something else. Two who wait as long would do so to each other again.
      // How often that was while the model was on its way says nothing of how long a search takes now.
      pauseMs = engine.stage === pausedIn ? Math.min(MOST_TURN_MS, pauseMs * 2) : TURN_MS;
      pausedIn = engine.stage;
      await turn(engine, pauseMs);
      signal.throwIfAborted();
    }
  }

  /** What of the filter an engine can be asked for. */
  askable(engine?: SearchEngine): FilterChoice {
    for (const name of Object.keys(engine?.filters ?? {})) this.filterNames.add(name);
    return askable(this.filter, this.filterNames, engine);
  }

  private request(engine: SearchEngine): SearchRequest {
    const { filters, sorts } = engine;
    return {
      limit: this.pages,
      perPage: this.hooks.limits().perPage,
      typoTolerance: this.isTolerant,
      firstLimit: this.result ? undefined : FIRST_PAGES,
      facets: Object.keys(filters ?? {}).length > 0,
      filter: this.askable(engine) as SearchRequest['filter'],
      sort: parseSort(this.sort, sorts ?? []),
    };
  }

  private showResult(result: SearchResult): void {
    const isInstant = result.stage === 'instant';
    if (!isInstant) this.isExtending = false;
    this.shownQuestion = this.question;
    // What keeps the full stage away is still so.
    this.show(result, isInstant ? this.error : undefined);
    this.hooks.onResult(result, this.groups);
  }

  private show(result: SearchResult | undefined, error: unknown): void {
    this.result = result;
    this.groups = groupByPage(result?.hits ?? []);
    this.error = error;
    this.hooks.onChange();
  }
}

/** Waits for the other's turn to end, which is soon once the model is there that all have waited for. */
function turn({ stage, ready }: SearchEngine, pauseMs: number): Promise<void> {
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms * (1 + Math.random())));
  const turns = [wait(pauseMs)];
  if (stage === 'instant')
    turns.push(
      ready.then(
        () => wait(TURN_MS),
        () => turns[0],
      ),
    );
  return Promise.race(turns);
}

function isAborted(error: unknown): boolean {
  return (error as { code?: string }).code === 'aborted';
}
