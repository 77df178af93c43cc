// A message around text that someone else wrote: set apart by <bdi>, so that it cannot turn the sentence round.

import { html, type TemplateResult } from 'lit';
import type { Messages, Wording } from '../messages.ts';

/** Cannot come from a keyboard or an index, and not from a translation. */
const GAP = '\u0000';

export function sentenceView(key: keyof Messages, name: string, text: unknown, wording: Wording): TemplateResult {
  const [before, after = ''] = wording.say(key, { [name]: GAP }).split(GAP);
  return html`${before}<bdi>${text}</bdi>${after}`;
}
