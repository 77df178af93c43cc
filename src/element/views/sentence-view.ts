// A message around text that someone else wrote: set apart by <bdi>, so that it cannot turn the sentence round.

import { html, type TemplateResult } from 'lit';
import type { Messages, Wording } from '../messages.ts';

/** Cannot come from a keyboard or an index, and not from a translation. */
const GAP = '\u0000';

export function sentenceView(key: keyof Messages, name: string, text: string, wording: Wording): TemplateResult {
  const [before, after] = aroundGap(key, name, wording);
  return html`${before}<bdi>${text}</bdi>${after}`;
}

/** What a message says before and after something in it. */
export function aroundGap(key: keyof Messages, name: string, wording: Wording): [before: string, after: string] {
  const [before, after = ''] = wording.say(key, { [name]: GAP }).split(GAP);
  return [before, after];
}
