// The frame around a document: toolbar, notices, confirmations.

import { css } from 'lit';

export const toolbarStyles = css`
  :host {
    --_serif: var(
      --latelight-title-font,
      "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", "Book Antiqua", Georgia, serif
    );
    position: relative;
    block-size: 100%;
    min-block-size: 0;
    padding: 0;
    overflow: hidden;
  }
  .scroll {
    position: relative;
    block-size: 100%;
    overflow: auto;
    overscroll-behavior: contain;
    container-type: inline-size;
  }
  .top {
    position: relative;
    padding: 0.75rem clamp(0.75rem, 3vw, 1.5rem) 0.375rem;
    border-block-end: 1px solid var(--_line);
    background: var(--_surface);
  }
  .top[data-busy]::after {
    content: "";
    position: absolute;
    inset-inline: 0;
    inset-block-end: -2px;
    block-size: 3px;
    background: linear-gradient(90deg, transparent, var(--_accent), transparent) 0 0 / 40% 100% no-repeat;
    animation: sweep 1.4s linear infinite;
  }
  /* Where the view is low (zoomed in, a phone on its side) the toolbar would be all there is: it scrolls away. */
  @media (min-height: 30rem) {
    .top {
      position: sticky;
      z-index: 3;
      inset-block-start: 0;
      inset-inline-start: 0;
    }
  }
  .toolbar {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: start;
    gap: 0.25rem 0.5rem;
  }
  .name {
    padding-block: 0.25rem;
  }
  h2 {
    margin: 0;
    font: 400 1.375rem / 1.25 var(--_serif);
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  h2:focus {
    outline: none;
  }
  .where {
    margin: 0;
    overflow: hidden;
    color: var(--_muted);
    font-size: 0.875rem;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .tools {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 1rem;
    margin-inline: -0.5rem;
  }
  .group {
    display: flex;
    align-items: center;
  }
  .icon[aria-disabled="true"] {
    cursor: default;
  }
  /* The drawing alone: the ring of a button that has focus stays as it is. */
  .icon[aria-disabled="true"] svg {
    opacity: 0.4;
  }
  .icon[aria-pressed="true"] {
    color: var(--_accent);
  }
  .page {
    color: var(--_muted);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .page input {
    inline-size: 3.5rem;
    block-size: 2.25rem;
    padding: 0 0.375rem;
    border: 1px solid var(--_edge);
    border-radius: 0.5rem;
    background: var(--_field);
    color: var(--_text);
    text-align: center;
  }
  .tool {
    display: inline-flex;
    align-items: center;
    gap: 0.375rem;
    min-inline-size: 2.75rem;
    min-block-size: 2.75rem;
    padding: 0 0.625rem;
    border: 0;
    border-radius: calc(var(--_radius) - 0.375rem);
    background: none;
    color: var(--_muted);
    font-size: 0.875rem;
  }
  .count {
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .tool svg {
    inline-size: 1.375rem;
  }
  .tool:hover {
    color: var(--_accent);
  }
  @container (max-width: 40rem) {
    .tool span {
      display: none;
    }
    .tools {
      justify-content: start;
    }
    .tools .group:last-child {
      margin-inline-start: auto;
    }
  }
  @container (max-width: 30rem) {
    /* Seen where a key leads to it. */
    [data-kind="pdf"] .count:not(:focus-visible) {
      position: absolute;
      clip-path: inset(50%);
    }
  }
  @keyframes sweep {
    from {
      background-position-x: -70%;
    }
    to {
      background-position-x: 170%;
    }
  }
  .notice {
    max-inline-size: 44rem;
    margin: 0.375rem auto 0.5rem;
    padding: 0.25rem 0.875rem;
    border-inline-start: 3px solid var(--_mark);
    color: var(--_muted);
    font-size: 0.9375rem;
  }
  .notice p {
    margin: 0;
  }
  .notice blockquote {
    max-block-size: 6.5rem;
    margin: 0.5rem 0 0;
    overflow: auto;
    color: var(--_text);
    white-space: pre-line;
  }
  .said {
    position: absolute;
    z-index: 4;
    inset-block-end: 1.25rem;
    inset-inline: 0;
    inline-size: fit-content;
    max-inline-size: calc(100% - 2rem);
    margin: 0 auto;
    padding: 0.5rem 1.125rem;
    border-radius: 2rem;
    background: var(--_text);
    color: var(--_surface);
    font-size: 0.9375rem;
    opacity: 0;
    pointer-events: none;
    transition: opacity 0.15s;
  }
  .said[data-shown] {
    opacity: 1;
  }
  @media (prefers-reduced-motion: reduce) {
    .said {
      transition: none;
    }
    .top[data-busy]::after {
      background-size: 100% 100%;
      animation: none;
    }
  }
`;
