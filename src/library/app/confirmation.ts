// One question before something goes for good: a modal dialog, which the browser closes with Escape and returns focus from.

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { words } from './words.ts';

export interface Question {
  question: string;
  detail: string;
  yes: string;
}

/** Nothing when there is nothing to ask. */
type Ask = () => Question | undefined;

interface ConfirmationHost extends ReactiveControllerHost, HTMLElement {}

export class Confirmation implements ReactiveController {
  private readonly host: ConfirmationHost;
  private asked: { ask: Ask; act: () => void } | undefined;

  constructor(host: ConfirmationHost) {
    this.host = host;
    host.addController(this);
  }

  /** @param ask what is asked as things stand: they go on while the question is read */
  async ask(ask: Ask, act: () => void): Promise<void> {
    this.asked = { ask, act };
    this.host.requestUpdate();
    await this.host.updateComplete;
    const dialog = this.host.shadowRoot?.querySelector<HTMLDialogElement>('dialog.confirm');
    if (this.asked && dialog && !dialog.open) dialog.showModal();
  }

  /** Nothing may be left to ask about. */
  hostUpdated(): void {
    if (!this.asked || this.asked.ask()) return;
    this.asked = undefined;
    this.host.shadowRoot?.querySelector<HTMLDialogElement>('dialog.confirm')?.close();
  }

  private readonly onClose = (event: Event): void => {
    const { returnValue } = event.target as HTMLDialogElement;
    const asked = this.asked;
    this.asked = undefined;
    (event.target as HTMLDialogElement).returnValue = '';
    if (returnValue === 'yes') asked?.act();
  };

  view(): TemplateResult {
    const asked = this.asked?.ask();
    return html`<dialog class="confirm" aria-labelledby="question" aria-describedby="detail" @close=${this.onClose}>
      <form method="dialog">
        <h2 id="question">${asked?.question ?? nothing}</h2>
        <p id="detail">${asked?.detail ?? nothing}</p>
        <div class="choices">
          <button class="pill" value="no">${words.cancel}</button>
          <button class="pill strong" value="yes">${asked?.yes ?? nothing}</button>
        </div>
      </form>
    </dialog>`;
  }
}
