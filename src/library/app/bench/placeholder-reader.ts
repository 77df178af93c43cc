// Stands where the real reader will be.

import { html, LitElement } from 'lit';
import type { DocumentPassage, LibraryDocument, ReaderPlace } from '../../types.ts';

class PlaceholderReader extends LitElement {
  static override properties = { document: {}, file: {}, passages: {}, place: {} };
  declare document: LibraryDocument;
  declare file: Blob | undefined;
  declare passages: DocumentPassage[];
  declare place: ReaderPlace;

  protected override render() {
    const emit = (type: string, detail?: number) => this.dispatchEvent(new CustomEvent(type, { detail }));
    return html`<button @click=${() => emit('reader-close')}>Close</button>
      <button @click=${() => emit('reader-place', 7)}>Read on</button>
      <h2>${this.document.title}</h2>
      <p>${this.place.passage} ${this.place.words.join(' ')}</p>
      ${this.passages.map(({ text }) => html`<p>${text}</p>`)}`;
  }
}

if (!customElements.get('latelight-reader')) customElements.define('latelight-reader', PlaceholderReader);
