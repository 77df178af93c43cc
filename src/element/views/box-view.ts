// The search field: lens, input, the button that clears it, and a line of light along its edge while something is under way. The text is
// its attribute too: to that WebKit resets it, without an event, when it shows a page again that it kept for Back.

import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { LoadProgress } from '../../types.ts';
import type { Wording } from '../messages.ts';
import { chevron, cross, lens } from './icons.ts';

export interface BoxContext {
  text: string;
  placeholder: string;
  /** The key that reaches the box, shown in it; empty when there is none or it is of no use here. */
  shortcut: string;
  /** Whether an engine is on its way, so far as `progress` says. */
  isLoading: boolean;
  progress: LoadProgress | undefined;
  isBusy: boolean;
  wording: Wording;
  onInput: (event: Event) => void;
  onFocus: () => void;
  onKey: (event: KeyboardEvent) => void;
  onClear: () => void;
  /** Closes the dialog around the box, if there is one. */
  onClose: (() => void) | undefined;
}

export function boxView(context: BoxContext): TemplateResult {
  const { text, shortcut, wording, onClear, onClose } = context;
  return html`<form class="search" part="box" role="search" @submit=${(event: Event) => event.preventDefault()}>
    <span class="lens">${lens}</span>
    <label class="hidden" for="box">${wording.say('label')}</label>
    <input
      id="box"
      part="input"
      type="search"
      enterkeyhint="search"
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      dir=${text ? 'auto' : nothing}
      aria-describedby="hint"
      aria-keyshortcuts=${shortcut || nothing}
      placeholder=${context.placeholder}
      value=${text}
      .value=${live(text)}
      @input=${context.onInput}
      @focus=${context.onFocus}
      @keydown=${context.onKey}
    />
    <span id="hint" class="hidden">${wording.say('hint')}</span>
    ${
      text
        ? html`<button type="button" class="icon clear" part="clear" aria-label=${wording.say('clear')} @click=${onClear}>
            ${cross}
          </button>`
        : shortcut && !onClose
          ? html`<kbd aria-hidden="true">${shortcut}</kbd>`
          : nothing
    }
    ${
      onClose
        ? html`<button type="button" class="close" part="close" aria-label=${wording.say('close')} @click=${onClose}>
            <kbd aria-hidden="true">Esc</kbd>${chevron}
          </button>`
        : nothing
    }
    ${context.isLoading ? progressView(context) : context.isBusy ? html`<span class="sweep"></span>` : nothing}
  </form>`;
}

function progressView({ progress, wording }: BoxContext): TemplateResult {
  const label = wording.say('loading');
  if (!progress || progress.loadedBytes >= progress.totalBytes)
    return html`<progress class="sweep" aria-label=${label}></progress>`;
  const share = progress.loadedBytes / progress.totalBytes;
  return html`<progress class="bytes" aria-label=${label} max="1" .value=${share}></progress>`;
}
