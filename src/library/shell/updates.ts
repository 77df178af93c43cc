// New versions of the page: when one waits, and how all tabs change to it at once. A tab never runs scripts of two versions: until
// `apply` every tab stays with the old service worker, and after it every tab is reloaded, as soon as nothing is cut off by it.

/** Windows that stay open for days look for a new version themselves, when they are looked at, this often at most. */
const CHECK_MS = 60 * 60 * 1000;

export interface UpdateParts {
  /** workbox-window's `Workbox`, as far as it is used. */
  workbox: {
    register(): Promise<unknown>;
    update(): Promise<void>;
    messageSkipWaiting(): void;
    addEventListener(type: 'waiting', listener: () => void): void;
  };
  container: EventTarget & { readonly controller: unknown };
  reload: () => void;
  now: () => number;
}

/** Fires `change` when `isWaiting` does. */
export class Updates extends EventTarget {
  /** A new version is here and waits to take over. */
  isWaiting = false;
  /** Until this page may be reloaded, whichever tab asked for it. */
  untilDone: (() => Promise<void>) | undefined;
  private readonly parts: UpdateParts;
  private hadController: boolean;
  private isReloading = false;
  private checkedAt: number;

  constructor(parts: UpdateParts) {
    super();
    this.parts = parts;
    this.checkedAt = parts.now();
    this.hadController = Boolean(parts.container.controller);
    parts.container.addEventListener('controllerchange', () => this.controllerChanged());
    parts.workbox.addEventListener('waiting', () => {
      this.isWaiting = true;
      this.dispatchEvent(new Event('change'));
    });
  }

  /** Without a service worker the page works, online. */
  async register(): Promise<void> {
    await this.parts.workbox.register().catch(() => undefined);
  }

  /** Lets the waiting version take over; this and every other tab is then reloaded. */
  apply(): void {
    if (this.isReloading) this.parts.reload();
    else this.parts.workbox.messageSkipWaiting();
  }

  /** To be called whenever the page is looked at. */
  async check(): Promise<void> {
    if (this.parts.now() - this.checkedAt < CHECK_MS) return;
    this.checkedAt = this.parts.now();
    await this.parts.workbox.update().catch(() => undefined);
  }

  /** The first service worker of a first visit takes over a page of its own version. Whichever follows is of another. */
  private controllerChanged(): void {
    const isFirst = !this.hadController && !this.isWaiting;
    this.hadController = true;
    if (isFirst || this.isReloading) return;
    this.isReloading = true;
    if (this.untilDone) void this.untilDone().then(() => this.parts.reload());
    else this.parts.reload();
  }
}
