// What is known of the document and the passage, and what can be done with them.

import { html, nothing, type TemplateResult } from 'lit';
import type { DocumentPassage, LibraryDocument } from '../../types.ts';
import { whereabouts } from '../citation.ts';
import { copy, cross, down, download, quote, up } from '../icons.ts';

export interface ToolbarContext {
  document: LibraryDocument;
  passage: DocumentPassage | undefined;
  hasPassages: boolean;
  /** Which passage it is, in words. */
  count: string;
  /** Passages before and after, as far as there are any. */
  previous: number | undefined;
  next: number | undefined;
  hasFile: boolean;
  /** Controls of the view itself. */
  controls: TemplateResult | typeof nothing;
  onClose: () => void;
  onPassage: (number: number | undefined) => void;
  /** To the passage itself. */
  onCount: () => void;
  onCopyCitation: () => void;
  onCopyText: () => void;
  onDownload: () => void;
}

export function toolbarView(context: ToolbarContext): TemplateResult {
  const { document, passage } = context;
  const where = passage ? capital(whereabouts(passage)) : '';
  return html`<div class="toolbar">
    <div class="name">
      <h2 tabindex="-1" dir="auto" title=${document.path}>${document.title}</h2>
      ${where ? html`<p class="where" dir="auto">${where}</p>` : nothing}
    </div>
    <button type="button" class="icon close" aria-label="Close" title="Close (Escape)" @click=${context.onClose}>
      ${cross}
    </button>
    <div class="tools" role="group" aria-label="Document">
      ${context.hasPassages ? stepsView(context) : nothing}
      ${context.controls}
      <div class="group">
        ${passage ? [tool('Copy citation', quote, context.onCopyCitation), tool('Copy text', copy, context.onCopyText)] : nothing}
        ${context.hasFile ? tool('Download', download, context.onDownload, 'Download the original file') : nothing}
      </div>
    </div>
  </div>`;
}

function stepsView({ count, previous, next, onPassage, onCount }: ToolbarContext): TemplateResult {
  return html`<div class="group">
    ${step('Previous passage', up, previous, onPassage)}${step('Next passage', down, next, onPassage)}
    ${
      count
        ? html`<button type="button" class="tool count" title="Go to the passage" aria-label="${count}, go to it" @click=${onCount}>
            ${count}
          </button>`
        : nothing
    }
  </div>`;
}

function step(
  label: string,
  drawing: TemplateResult,
  number: number | undefined,
  onPassage: ToolbarContext['onPassage'],
): TemplateResult {
  // Stays focusable at the ends: a button that is disabled under the finger loses the keyboard's place.
  return html`<button
    type="button"
    class="icon"
    aria-label=${label}
    title=${label}
    aria-disabled=${number === undefined}
    @click=${() => number !== undefined && onPassage(number)}
  >
    ${drawing}
  </button>`;
}

function tool(label: string, drawing: TemplateResult, onClick: () => void, title = label): TemplateResult {
  return html`<button type="button" class="tool" aria-label=${title} title=${title} @click=${onClick}>
    ${drawing}<span>${label}</span>
  </button>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
