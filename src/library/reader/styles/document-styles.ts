// Documents that flow: a column that is good to read. Margins stand before blocks only, because slices do not let them collapse.

import { css } from 'lit';

export const documentStyles = css`
  ::highlight(latelight-passage) {
    background-color: light-dark(rgb(247 183 51 / 0.28), rgb(201 131 42 / 0.34));
  }
  ::highlight(latelight-words) {
    background-color: light-dark(rgb(247 183 51 / 0.6), rgb(201 131 42 / 0.75));
    /* Of the shorthand Safari takes the line alone. */
    text-decoration-line: underline;
    text-decoration-color: var(--latelight-accent, light-dark(#8f4a00, #f2b45c));
    text-decoration-thickness: 2px;
  }
  [data-passage] {
    background-color: light-dark(rgb(247 183 51 / 0.28), rgb(201 131 42 / 0.34));
  }
  .document {
    padding: 0.5rem clamp(0.75rem, 3vw, 1.5rem) 40vh;
  }
  .document:focus-visible {
    outline-offset: -3px;
  }
  .document:not([data-kind="pdf"]) {
    max-inline-size: 48rem;
    margin-inline: auto;
    font-size: 1.0625rem;
    line-height: 1.65;
  }
  .slice {
    display: flow-root;
    /* Room for the ring of what has focus, which content-visibility clips. */
    margin: -0.375rem -0.375rem 0;
    padding: 0.375rem;
    content-visibility: auto;
    contain-intrinsic-size: auto 120rem;
  }
  /* Of both: they would collapse to one of them. */
  .slice + .slice {
    margin-block-start: -0.75rem;
  }
  .slice :is(p, ul, ol, dl, pre, table, figure, blockquote, hr, details, address, .passage) {
    margin-block: 1em 0;
  }
  .slice :is(h1, h2, h3, h4, h5, h6) {
    margin-block: 1.75em 0;
    font: 600 1.125rem / 1.35 inherit;
    font-family: inherit;
    text-wrap: balance;
  }
  .slice h1 {
    font: 400 1.875rem / 1.2 var(--_serif);
  }
  .slice h2 {
    display: block;
    font: 400 1.5rem / 1.25 var(--_serif);
  }
  .slice h3 {
    font-size: 1.25rem;
  }
  .slice :is(ul, ol) {
    padding-inline-start: 1.75em;
    list-style: revert;
  }
  .slice :is(ul, ol) :is(p, ul, ol),
  .slice li + li {
    margin-block-start: 0.375em;
  }
  .slice dd {
    margin-inline-start: 1.75em;
  }
  .slice blockquote {
    margin-inline: 0;
    padding-inline-start: 1em;
    border-inline-start: 3px solid var(--_line);
    color: var(--_muted);
  }
  .slice :is(a[href], a[data-to]) {
    color: var(--_accent);
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
  }
  .slice img {
    max-inline-size: 100%;
    block-size: auto;
  }
  .no-image {
    padding: 0.125em 0.5em;
    border: 1px dashed var(--_edge);
    border-radius: 0.375em;
    color: var(--_muted);
    font-size: 0.875em;
  }
  .slice table {
    display: block;
    max-inline-size: 100%;
    overflow-x: auto;
    border-collapse: collapse;
    font-size: 0.9375em;
  }
  .slice :is(td, th) {
    padding: 0.375em 0.75em;
    border: 1px solid var(--_line);
    text-align: start;
    vertical-align: top;
    overflow-wrap: normal;
  }
  .slice th {
    background: var(--_field);
  }
  .slice hr {
    border: 0;
    border-block-start: 1px solid var(--_line);
  }
  .slice :is(code, kbd, samp, pre) {
    font-family: ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, monospace;
    font-size: 0.875em;
  }
  .slice :not(pre) > code {
    padding: 0.125em 0.3em;
    border-radius: 0.3em;
    background: color-mix(in srgb, var(--_text) 7%, transparent);
  }
  .slice pre {
    padding: 0.875em 1.125em;
    overflow-x: auto;
    border: 1px solid var(--_line);
    border-radius: 0.625rem;
    background: var(--_field);
    font-size: 0.875rem;
    line-height: 1.55;
    white-space: pre-wrap;
    tab-size: 4;
  }
  .slice pre code {
    font-size: inherit;
  }
  .passage {
    white-space: pre-line;
  }
  /* Of plain text each line tells its own direction. */
  :is(.passage, [data-kind="text"] pre) {
    unicode-bidi: plaintext;
    text-align: start;
  }

  /* Files of text and code are one long page, not boxes */
  :is([data-kind="text"], [data-kind="code"]) .slice pre {
    margin: 0;
    padding: 0;
    border: 0;
    border-radius: 0;
    background: none;
  }
  .document[data-kind="code"] {
    max-inline-size: 72rem;
  }
  .line[data-line] {
    display: block;
    position: static;
    block-size: auto;
    padding-inline-start: 4.5em;
    background: none;
  }
  .line[data-line]::before {
    content: attr(data-line);
    float: inline-start;
    inline-size: 3.25em;
    margin-inline-start: -4.5em;
    color: var(--_muted);
    text-align: end;
    user-select: none;
  }
  @media (max-width: 40rem) {
    .line[data-line] {
      padding-inline-start: 3.25em;
    }
    .line[data-line]::before {
      inline-size: 2.5em;
      margin-inline-start: -3.25em;
    }
  }
  @media (forced-colors: active) {
    ::highlight(latelight-passage) {
      background-color: Mark;
      color: MarkText;
    }
    ::highlight(latelight-words) {
      background-color: Highlight;
      color: HighlightText;
    }
  }
`;
