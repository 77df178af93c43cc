// Sheets of a PDF. The text layer's rules are those of pdf.js's own viewer (pdf_viewer.css), which hold its spans over the canvas.

import { css } from 'lit';

export const pdfStyles = css`
  /* A sheet that just fits is smaller with the scrollbar, needs none then and is larger again, without end. */
  .scroll:has(> [data-kind="pdf"]) {
    scrollbar-gutter: stable;
  }
  /* As wide as its widest sheet, so that the toolbar stays where it is while the sheets are moved sideways. */
  .inner[data-kind="pdf"] {
    inline-size: max-content;
    min-inline-size: 100%;
  }
  /* Of the view, which pdf-view.ts measures: 100cqi is with the scrollbar. */
  .inner[data-kind="pdf"] .top {
    inline-size: var(--room, 100cqi);
  }
  .document[data-kind="pdf"] {
    padding: 0.75rem 0.5rem 2rem;
    background: light-dark(#efe8dc, #0d0f13);
  }
  .sheet {
    position: relative;
    inline-size: calc(var(--width) * var(--scale) * 1px);
    block-size: calc(var(--height) * var(--scale) * 1px);
    margin: 0 auto 0.75rem;
    overflow: clip;
    background: #fff;
    box-shadow: 0 1px 4px rgb(0 0 0 / 0.25);
    color-scheme: light;
    --total-scale-factor: var(--scale);
    --scale-round-x: 1px;
    --scale-round-y: 1px;
  }
  .sheet canvas {
    display: block;
    inline-size: 100%;
    block-size: 100%;
  }
  .text-layer {
    position: absolute;
    inset: 0;
    overflow: clip;
    line-height: 1;
    text-align: initial;
    text-size-adjust: none;
    forced-color-adjust: none;
    transform-origin: 0 0;
    /* What is marked is the sheet, ink and all: marks lie on it as a pen's do. */
    mix-blend-mode: multiply;
    --min-font-size: 1;
    --text-scale-factor: calc(var(--total-scale-factor) * var(--min-font-size));
    --min-font-size-inv: calc(1 / var(--min-font-size));
  }
  .text-layer[data-main-rotation="90"] {
    transform: rotate(90deg) translateY(-100%);
  }
  .text-layer[data-main-rotation="180"] {
    transform: rotate(180deg) translate(-100%, -100%);
  }
  .text-layer[data-main-rotation="270"] {
    transform: rotate(270deg) translateX(-100%);
  }
  .text-layer :is(span, br) {
    position: absolute;
    color: transparent;
    white-space: pre;
    cursor: text;
    transform-origin: 0 0;
  }
  .text-layer > :not(.markedContent),
  .text-layer .markedContent span:not(.markedContent) {
    z-index: 1;
    --font-height: 0;
    --scale-x: 1;
    --rotate: 0deg;
    font-size: calc(var(--text-scale-factor) * var(--font-height));
    transform: rotate(var(--rotate)) scaleX(var(--scale-x)) scale(var(--min-font-size-inv));
  }
  .text-layer .markedContent {
    display: contents;
  }
  /* Colours of the system would show the layer's own letters, beside those of the sheet. */
  @media (forced-colors: active) {
    .text-layer ::highlight(latelight-passage) {
      background-color: rgb(247 183 51 / 0.28);
      color: transparent;
    }
    .text-layer ::highlight(latelight-words) {
      background-color: rgb(247 183 51 / 0.6);
      color: transparent;
    }
  }
  .text-layer ::selection {
    background: color-mix(in srgb, AccentColor, transparent 70%);
  }
`;
