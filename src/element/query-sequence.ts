// Which search may show its result: the one of the newest query, and no other. Knows neither engine nor DOM.

export interface SequenceHooks<T> {
  run: (query: string, signal: AbortSignal) => Promise<T>;
  onResult: (result: T) => void;
  /** Never called for a search that was replaced or cancelled. */
  onError: (error: unknown) => void;
  onBusy: (busy: boolean) => void;
}

export class QuerySequence<T> {
  private readonly hooks: SequenceHooks<T>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private current: AbortController | undefined;
  private lastCallMs = Number.NEGATIVE_INFINITY;

  constructor(hooks: SequenceHooks<T>) {
    this.hooks = hooks;
  }

  /**
   * Cancels what is under way, and runs `query` unless another call comes within `delayMs`; at once when there was no call for as long
   * before it: a first key, or a query that was pasted, has nothing to wait for.
   */
  schedule(query: string, delayMs: number): void {
    this.stop();
    this.hooks.onBusy(true);
    const now = performance.now();
    const isFirst = now - this.lastCallMs >= delayMs;
    this.lastCallMs = now;
    if (isFirst) void this.start(query);
    else this.timer = setTimeout(() => void this.start(query), delayMs);
  }

  /** Nothing that is under way will show. */
  cancel(): void {
    this.stop();
    this.hooks.onBusy(false);
  }

  /** The same, though it counts as under way: whoever stops it means to schedule it again. */
  stop(): void {
    clearTimeout(this.timer);
    this.current?.abort();
    this.current = undefined;
  }

  private async start(query: string): Promise<void> {
    const controller = new AbortController();
    this.current = controller;
    const { run, onResult, onError, onBusy } = this.hooks;
    let show: () => void;
    try {
      const result = await run(query, controller.signal);
      show = () => onResult(result);
    } catch (error) {
      show = () => onError(error);
    }
    if (this.current !== controller) return;
    this.current = undefined;
    onBusy(false);
    show();
  }
}
