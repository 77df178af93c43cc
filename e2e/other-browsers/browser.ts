import type { Evaluates } from '../evaluates.ts';

export type KeyName = 'ArrowDown' | 'Enter' | 'Escape';

/** A page in a browser of its own, which Playwright cannot drive: it has builds of Firefox and WebKit of its own, from a download server. */
export interface OtherBrowser extends Evaluates {
  readonly version: string;
  goto(url: string): Promise<void>;
  /** Its address, asked of the browser: a script in a page that is being left adds a listener to it, and Firefox keeps no such page. */
  url(): Promise<string>;
  /** Into whatever has the focus. */
  type(text: string): Promise<void>;
  press(key: KeyName): Promise<void>;
  /** As with the browser's button. */
  back(): Promise<void>;
  close(): Promise<void>;
}
