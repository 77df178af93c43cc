// The element's look. Colours follow `color-scheme`, which the page may set on the element; every colour that matters can be
// replaced through a `--latelight-*` property. Sizes are in rem and logical, so that zoom and right-to-left need nothing more.
// Not a .css file: the build would rewrite `light-dark()` for older browsers, and then a page's `color-scheme` would do nothing.

import { css } from 'lit';

export const styles = css`
  :host {
    --_accent: var(--latelight-accent, light-dark(#8f4a00, #f2b45c));
    --_text: var(--latelight-text, light-dark(#211c16, #ebe4d8));
    --_muted: var(--latelight-muted, light-dark(#665d52, #a8a093));
    --_surface: var(--latelight-surface, light-dark(#fdfbf7, #15171d));
    --_field: var(--latelight-field, light-dark(#ffffff, #1d2028));
    --_line: var(--latelight-line, light-dark(#e5dccd, #2e323c));
    --_edge: var(--latelight-edge, light-dark(#8f8475, #757a87));
    --_mark: var(--latelight-mark, light-dark(#f7b733, #c9832a));
    --_on-accent: var(--latelight-on-accent, light-dark(#ffffff, #15171d));
    --_radius: var(--latelight-radius, 0.875rem);
    display: block;
    color-scheme: light dark;
    box-sizing: border-box;
    padding: var(--latelight-padding, 1rem);
    background: var(--_surface);
    color: var(--_text);
    font: 1rem / 1.55 var(--latelight-font, system-ui, sans-serif);
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button,
  input {
    font: inherit;
    color: inherit;
  }
  button,
  summary {
    cursor: pointer;
    touch-action: manipulation;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  svg {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
  }

  /* The box */
  .search {
    position: relative;
    display: flex;
    align-items: center;
    overflow: clip;
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_field);
  }
  .search:focus-within {
    border-color: var(--_accent);
    outline: 2px solid var(--_accent);
    outline-offset: -1px;
  }
  .lens {
    flex: none;
    inline-size: 1.5rem;
    margin-inline: 1rem 0.25rem;
    color: var(--_muted);
  }
  .search:focus-within .lens {
    color: var(--_accent);
  }
  input {
    flex: 1;
    min-inline-size: 0;
    block-size: 3.5rem;
    padding: 0 0.5rem;
    border: 0;
    outline: 0;
    background: none;
    appearance: none;
    font-size: 1.1875rem;
    text-overflow: ellipsis;
  }
  input:focus-visible {
    outline: none;
  }
  input::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  input::-webkit-search-cancel-button {
    display: none;
  }
  kbd {
    flex: none;
    min-inline-size: 1.75rem;
    margin-inline-end: 0.875rem;
    border: 1px solid var(--_line);
    border-radius: 0.375rem;
    color: var(--_muted);
    font:
      0.875rem / 1.625rem ui-monospace,
      monospace;
    text-align: center;
  }
  .search:focus-within kbd {
    visibility: hidden;
  }
  @media (hover: none) {
    kbd {
      display: none;
    }
  }
  .clear {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    margin-inline-end: 0.375rem;
    padding: 0;
    border: 0;
    border-radius: calc(var(--_radius) - 0.375rem);
    background: none;
    color: var(--_muted);
  }
  .clear svg {
    inline-size: 1.5rem;
  }
  .clear:hover {
    color: var(--_text);
  }
  .clear:focus-visible {
    outline-offset: -4px;
  }

  /* Bytes and work under way: one line of light along the lower edge of the box. Quick work never shows it. */
  progress,
  .sweep {
    position: absolute;
    inset-inline: 0;
    inset-block-end: 0;
    inline-size: 100%;
    block-size: 3px;
    border: 0;
    appearance: none;
    background: none;
    animation: appear 0.2s 0.25s both;
  }
  progress.bytes {
    background: var(--_line);
    color: var(--_accent);
  }
  progress::-webkit-progress-bar {
    background: none;
  }
  progress::-webkit-progress-value {
    background: var(--_accent);
    transition: inline-size 0.2s;
  }
  progress::-moz-progress-bar {
    background: var(--_accent);
  }
  progress.sweep::-moz-progress-bar {
    background: none;
  }
  .sweep {
    background: linear-gradient(90deg, transparent, var(--_accent), transparent) 0 0 / 40% 100% no-repeat;
    animation:
      appear 0.2s 0.25s both,
      sweep 1.4s 0.25s linear infinite;
  }
  @keyframes appear {
    from {
      opacity: 0;
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

  /* Below the box: always there, so that nothing jumps when it fills */
  .foot {
    display: flex;
    align-items: start;
    justify-content: space-between;
    column-gap: 1rem;
    min-block-size: 2.75rem;
    padding-inline: 0.125rem;
    color: var(--_muted);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  .note {
    margin: 0;
    padding-block: 0.6875rem;
    line-height: 1.4;
  }
  .note[data-loading] {
    animation: appear 0.2s 0.25s both;
  }
  .engine {
    position: relative;
    flex: none;
    margin-inline-start: auto;
  }
  summary {
    display: flex;
    align-items: center;
    gap: 0.375rem;
    min-block-size: 2.75rem;
    padding-inline: 0.25rem;
    border-radius: 0.5rem;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary::after {
    content: "";
    inline-size: 0.4em;
    block-size: 0.4em;
    border: solid currentColor;
    border-width: 0 1.5px 1.5px 0;
    transform: translateY(-25%) rotate(45deg);
  }
  details[open] > summary::after {
    transform: translateY(25%) rotate(225deg);
  }
  summary:hover,
  details[open] > summary {
    color: var(--_text);
  }
  .panel {
    position: absolute;
    z-index: 2;
    inset-inline-end: 0;
    inline-size: max-content;
    max-inline-size: min(22rem, calc(100vw - 2rem));
    padding: 0.875rem 1.125rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_field);
    color: var(--_text);
    box-shadow: 0 0.75rem 2rem -0.75rem rgb(0 0 0 / 0.35);
  }
  dl,
  dd {
    margin: 0;
  }
  dl > div {
    display: flex;
    justify-content: space-between;
    gap: 1.5rem;
    padding-block: 0.1875rem;
  }
  dl > div:last-child {
    margin-block-start: 0.375rem;
    padding-block-start: 0.5rem;
    border-block-start: 1px solid var(--_line);
    font-weight: 600;
  }
  dd {
    white-space: nowrap;
  }
  .panel p {
    margin: 0.75rem 0 0;
    color: var(--_muted);
  }

  /* The query's words */
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.375rem;
    margin-block-end: 0.5rem;
  }
  .chip {
    display: grid;
    place-items: center;
    min-inline-size: 2.75rem;
    min-block-size: 2.75rem;
    padding: 0;
    border: 0;
    background: none;
    font-size: 0.9375rem;
  }
  .chip > span[dir] {
    max-inline-size: min(18rem, 70vw);
    padding: 0.125rem 0.75rem;
    overflow: hidden;
    text-overflow: ellipsis;
    border: 1px solid var(--_edge);
    border-radius: 2rem;
  }
  .chip[data-unmatched] > span[dir] {
    border-style: dashed;
    color: var(--_muted);
  }
  .chip[data-shown] > span[dir] {
    border-color: var(--_accent);
    box-shadow: 0 0 0 1px var(--_accent);
  }
  .chip[aria-pressed="true"] > span[dir] {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .chip:focus-visible {
    outline: none;
  }
  .chip:focus-visible > span[dir] {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  /* Results */
  ol {
    max-inline-size: 46rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    position: relative;
    padding-block: 1.125rem 1.25rem;
    border-block-start: 1px solid var(--_line);
  }
  h3 {
    margin: 0;
    font: inherit;
    line-height: 1.35;
  }
  h3 a {
    display: flex;
    flex-direction: column;
    color: inherit;
    text-decoration: none;
    overflow-wrap: anywhere;
  }
  /* The whole hit is the target but for its excerpt, which lies above so that it can be selected. */
  h3 a[href]::before {
    content: "";
    position: absolute;
    inset: 0 -0.75rem;
    border-radius: var(--_radius);
  }
  h3 a:focus-visible {
    outline: none;
  }
  h3 a:focus-visible::before {
    outline: 2px solid var(--_accent);
    outline-offset: -3px;
  }
  .title {
    font: 600 1.1875rem / 1.35 var(--latelight-title-font, inherit);
  }
  a[href]:hover .title,
  a[href]:focus-visible .title {
    color: var(--_accent);
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }
  .path {
    margin-block-start: 0.125rem;
    color: var(--_muted);
    font-size: 0.875rem;
  }
  .step:first-child > [aria-hidden] {
    display: none;
  }
  .excerpt {
    position: relative;
    margin: 0.375rem 0 0;
    overflow-wrap: anywhere;
    transition: color 0.15s;
  }
  ol[data-dimmed] .excerpt {
    color: var(--_muted);
  }
  mark {
    --_wash: 0%;
    --_rule: 1px;
    border-radius: 0.1875rem;
    background: color-mix(in srgb, var(--_mark) var(--_wash), transparent);
    color: inherit;
    text-decoration: underline var(--_rule) var(--_accent);
    text-underline-offset: 0.22em;
    text-decoration-skip-ink: none;
    transition: background-color 0.15s;
  }
  /* Weak matches show when their word is asked for; all at once they would be noise. */
  mark[data-level="1"] {
    text-decoration: none;
  }
  ol[data-dimmed] mark[data-level="1"]:not([data-dim]) {
    text-decoration: underline dotted var(--_accent);
  }
  mark[data-level="2"] {
    --_wash: 10%;
  }
  mark[data-level="3"] {
    --_wash: 26%;
    --_rule: 2px;
  }
  mark[data-level="4"] {
    --_wash: 45%;
    --_rule: 3px;
  }
  ol[data-dimmed] mark:not([data-dim]) {
    color: var(--_text);
  }
  mark[data-level][data-dim] {
    background: none;
    text-decoration: none;
  }
  .nothing {
    margin: 0;
    padding-block: 2rem;
    color: var(--_muted);
    overflow-wrap: anywhere;
  }

  /* What went wrong */
  .error {
    margin-block: 0.25rem 1.5rem;
    padding: 1rem 1.25rem 1.25rem;
    border: 1px solid var(--_line);
    border-inline-start: 4px solid var(--_accent);
    border-radius: 0.375rem;
    background: var(--_field);
  }
  .error p {
    margin: 0 0 0.375rem;
    overflow-wrap: anywhere;
  }
  .sentence {
    font-weight: 600;
  }
  .detail {
    color: var(--_muted);
    font:
      0.8125rem / 1.5 ui-monospace,
      monospace;
  }
  .retry {
    min-block-size: 2.75rem;
    margin-block-start: 0.5rem;
    padding-inline: 1.125rem;
    border: 1px solid var(--_edge);
    border-radius: 2rem;
    background: none;
    font-weight: 600;
  }
  .retry:hover {
    border-color: var(--_accent);
    color: var(--_accent);
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::-webkit-progress-value {
      transition: none !important;
    }
    .sweep {
      background-size: 100% 100%;
      animation: appear 0.2s 0.25s both;
    }
  }
  @media (forced-colors: active) {
    progress,
    .sweep {
      forced-color-adjust: none;
      --_accent: Highlight;
      --_line: GrayText;
    }
    .chip[data-shown] > span[dir],
    .chip[aria-pressed="true"] > span[dir] {
      forced-color-adjust: none;
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      box-shadow: none;
    }
    /* Forced colours would leave the text of a mark in MarkText without the Mark behind it. */
    mark[data-level] {
      forced-color-adjust: none;
      --_accent: currentColor;
      background: Mark;
      color: MarkText;
    }
    mark[data-level="1"],
    mark[data-level][data-dim] {
      background: Canvas;
      color: CanvasText;
    }
    ol[data-dimmed] mark[data-level]:not([data-dim]) {
      background: Mark;
      color: MarkText;
    }
  }
`;
