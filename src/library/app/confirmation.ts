// One question before something goes for good: a modal dialog, which the browser closes with Escape and returns focus from.

import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { words } from './words.ts';

export interface Question {
  question: string;
  detail: string;
  yes: string;
}

interface ConfirmationHost extends ReactiveControllerHost, HTMLElement {}

export class Confirmation {
  private readonly host: ConfirmationHost;
  private asked: (Question & { act: () => void }) | undefined;

  constructor(host: ConfirmationHost) {
    this.host = host;
  }

  async ask(question: Question, act: () => void): Promise<void> {
    this.asked = { ...question, act };
    this.host.requestUpdate();
    await this.host.updateComplete;
    const dialog = this.host.shadowRoot?.querySelector<HTMLDialogElement>('dialog.confirm');
    if (dialog && !dialog.open) dialog.showModal();
  }

  private readonly onClose = (event: Event): void => {
    const { returnValue } = event.target as HTMLDialogElement;
    const asked = this.asked;
    this.asked = undefined;
    (event.target as HTMLDialogElement).returnValue = '';
    if (returnValue === 'yes') asked?.act();
  };

  view(): TemplateResult {
    const { asked } = this;
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
