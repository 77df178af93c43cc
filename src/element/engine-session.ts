// The one engine an element opens by itself: opened once, its progress and its failure kept for showing, closed for good.

import { abortError } from '../errors.ts';
import type { LoadProgress, OpenOptions, SearchEngine } from '../types.ts';

export type OpenEngine = (url: string, options: OpenOptions) => Promise<SearchEngine>;

/** What the element's attributes say about opening. */
export type EngineSettings = Pick<OpenOptions, 'device' | 'offline' | 'mergeIndex' | 'language'>;

export class EngineSession {
  /** The open engine, once there is one. */
  engine: SearchEngine | undefined;
  /** Bytes so far, until the full stage is ready or has failed. */
  progress: LoadProgress | undefined;
  private readonly openEngine: OpenEngine;
  private readonly onChange: () => void;
  private readonly onOpen: (engine: SearchEngine) => void;
  private readonly onFail: (error: unknown) => void;
  private opening: Promise<SearchEngine> | undefined;
  private controller: AbortController | undefined;
  /** The attempt that bytes are awaited of: files under way go on arriving after another of them has failed. */
  private filling: AbortController | undefined;

  /**
   * @param onOpen called once for every engine that opened
   * @param onFail called when an engine that opened in its instant stage cannot get any further
   */
  constructor(
    openEngine: OpenEngine,
    onChange: () => void,
    onOpen: (engine: SearchEngine) => void,
    onFail: (error: unknown) => void,
  ) {
    this.openEngine = openEngine;
    this.onChange = onChange;
    this.onOpen = onOpen;
    this.onFail = onFail;
  }

  get isOpening(): boolean {
    return this.controller !== undefined && this.engine === undefined;
  }

  /** Whether the engine searches already while more of it arrives. */
  get isFilling(): boolean {
    return this.engine?.stage === 'instant' && this.progress !== undefined;
  }

  /**
   * Opens, or joins the attempt under way. A failure is kept, and every call rejects with it until `close`: a visitor who types
   * on must not download a broken index again with every key.
   */
  open(url: string, settings: EngineSettings): Promise<SearchEngine> {
    this.opening ??= this.start(url, settings);
    return this.opening;
  }

  /** Ends the engine or the attempt to open one; the next `open` starts afresh. */
  close(): void {
    this.controller?.abort();
    this.engine?.close();
    this.controller = this.filling = undefined;
    this.opening = undefined;
    this.engine = undefined;
    this.progress = undefined;
    this.onChange();
  }

  private async start(url: string, settings: EngineSettings): Promise<SearchEngine> {
    const controller = new AbortController();
    this.controller = this.filling = controller;
    this.onChange();
    const onProgress = (progress: LoadProgress) => {
      if (this.filling !== controller) return;
      this.progress = progress;
      this.onChange();
    };
    try {
      const engine = await this.openEngine(url, { ...settings, onProgress, signal: controller.signal });
      if (this.controller !== controller) {
        engine.close();
        throw abortError('open');
      }
      this.engine = engine;
      this.onOpen(engine);
      if (engine.stage === 'instant') {
        engine.ready.then(
          () => this.finish(controller),
          (error) => this.finish(controller) && this.onFail(error),
        );
      } else this.finish(controller);
      this.onChange();
      return engine;
    } catch (error) {
      // Whatever ended it, nobody waits for it any more.
      if (this.controller !== controller) throw abortError('open');
      this.finish(controller);
      this.controller = undefined;
      this.onChange();
      throw error;
    }
  }

  /** No more bytes are to come for this attempt. Whether it is still the one that counts. */
  private finish(controller: AbortController): boolean {
    if (this.controller !== controller) return false;
    this.filling = this.progress = undefined;
    this.onChange();
    return true;
  }
}
