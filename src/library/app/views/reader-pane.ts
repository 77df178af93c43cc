// The reader beside the list, or over it where there is no room; until its document is there, that it comes or why it does not.

import { html, nothing, type TemplateResult } from 'lit';
import { isComposing } from '../../../element/composing.ts';
import type { PdfAssets } from '../../reader/pdf-view.ts';
import type { LibraryDocument, ReaderPlace } from '../../types.ts';
import type { OpenDocument } from '../open-document.ts';
import type { ReaderScript } from '../reader-script.ts';
import { words } from '../words.ts';

export interface ReaderContext {
  place: ReaderPlace;
  document: LibraryDocument | undefined;
  opened: OpenDocument;
  script: ReaderScript;
  pdfAssets: PdfAssets | undefined;
  /** Over the list, which cannot be reached then: this is the page's main part. */
  isAlone: boolean;
  onClose: () => void;
  /** Reading has gone on to this passage. */
  onPassage: (passage: number) => void;
}

export function readerPane(context: ReaderContext): TemplateResult {
  const { document, isAlone, onClose } = context;
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !isComposing(event)) onClose();
  };
  return html`<div class="reader" role=${isAlone ? 'main' : 'complementary'} tabindex="-1" aria-label=${document?.title ?? words.reader} @keydown=${onKey}>
    ${isAlone ? html`<h1 class="hidden">${words.name}</h1>` : nothing} ${contentView(context)}
  </div>`;
}

function contentView({
  place,
  document,
  opened,
  script,
  pdfAssets,
  onClose,
  onPassage,
}: ReaderContext): TemplateResult {
  const { passages, file, problem } = opened;
  const isNothing = document?.hasFile === false && passages?.length === 0;
  if (!document || problem || !passages || isNothing || !script.isHere) {
    const reason = isNothing ? (document.reason ?? words.nothingToShow) : script.problem || words.opening;
    const text = problem || (document ? reason : words.gone);
    return html`<div class="said">
      <p>${text}</p>
      <button type="button" class="pill" @click=${onClose}>${words.close}</button>
    </div>`;
  }
  return html`<latelight-reader
    .document=${document}
    .file=${file}
    .passages=${passages}
    .place=${place}
    .pdfAssets=${pdfAssets}
    @reader-close=${onClose}
    @reader-place=${(event: CustomEvent<number>) => onPassage(event.detail)}
  ></latelight-reader>`;
}
