// Page number and zoom of a PDF.

import { html, type TemplateResult } from 'lit';
import { isComposing } from '../../../element/composing.ts';
import { fit, minus, plus } from '../icons.ts';
import type { PdfView } from '../pdf-view.ts';

export function pdfControlsView(view: PdfView): TemplateResult {
  const onPage = (event: Event) => {
    const box = event.target as HTMLInputElement;
    const number = Number.parseInt(box.value, 10);
    if (number > 0) view.goTo(number);
    box.value = String(Math.min(Math.max(1, number || view.page), view.pageCount));
  };
  const onKey = (event: KeyboardEvent) => {
    const box = event.target as HTMLInputElement;
    const page = String(view.page);
    if (event.key !== 'Escape' || isComposing(event) || box.value === page) return;
    // Only what was typed is given up, not the document.
    event.preventDefault();
    box.value = page;
    box.select();
  };
  return html`<div class="group">
      <label class="page">
        Page
        <input
          type="text"
          inputmode="numeric"
          size="4"
          .value=${String(view.page)}
          @change=${onPage}
          @keydown=${onKey}
        />
        <span>of ${view.pageCount}</span>
      </label>
    </div>
    <div class="group">
      <button type="button" class="icon" aria-label="Zoom out" title="Zoom out" @click=${() => view.step(-1)}>${minus}</button>
      <button type="button" class="icon" aria-label="Zoom in" title="Zoom in" @click=${() => view.step(1)}>${plus}</button>
      <button
        type="button"
        class="icon"
        aria-label="Fit width"
        title="Fit width"
        aria-pressed=${view.zoom === 'width'}
        @click=${() => view.setZoom(view.zoom === 'width' ? 'auto' : 'width')}
      >
        ${fit}
      </button>
    </div>`;
}
