// Installing the page as an app: whether the browser offers it, and the browser's own question, asked when the visitor says so.

/** As Chromium has it; no other browser fires the event, and none has a type for it. */
export interface InstallPromptEvent extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

/** Fires `change` when `isOffered` does. */
export class Install extends EventTarget {
  private offer: InstallPromptEvent | undefined;

  constructor(target: EventTarget) {
    super();
    target.addEventListener('beforeinstallprompt', (event) => {
      // Its own button instead of the browser's banner.
      event.preventDefault();
      this.set(event as InstallPromptEvent);
    });
    target.addEventListener('appinstalled', () => this.set(undefined));
  }

  get isOffered(): boolean {
    return this.offer !== undefined;
  }

  /** Asks. @returns whether the visitor agreed; an offer can be used once, the browser makes another when it likes */
  async ask(): Promise<boolean> {
    const { offer } = this;
    if (!offer) return false;
    this.set(undefined);
    return (await offer.prompt()).outcome === 'accepted';
  }

  private set(offer: InstallPromptEvent | undefined): void {
    this.offer = offer;
    this.dispatchEvent(new Event('change'));
  }
}
