// The button that opens the dialog, or whatever the page puts in its place.

import { html, nothing, type TemplateResult } from 'lit';
import type { Wording } from '../messages.ts';
import { lens } from './icons.ts';

/** @param keyHint the keys that do the same, as this platform writes them; empty when there are none */
export function triggerView(wording: Wording, keyHint: string, onOpen: (event: Event) => void): TemplateResult {
  return html`<slot name="trigger" @click=${onOpen}
    ><button type="button" class="trigger" part="trigger" aria-haspopup="dialog" aria-keyshortcuts=${keyHint ? 'Control+K Meta+K /' : nothing}>
      ${lens}<span class="trigger-text">${wording.say('label')}</span>${
        keyHint ? html`<kbd part="trigger-key" aria-hidden="true">${keyHint}</kbd>` : nothing
      }
    </button></slot
  >`;
}

/** `⌘K` where there is such a key. */
export function keyHint(): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘K' : 'Ctrl K';
}
