// Colours, which follow `color-scheme` and can each be replaced through a `--latelight-*` property, and what all parts share. Sizes
// are in rem, which styles.ts makes the element's own, and logical, so that zoom and right-to-left need nothing more.

import { css } from 'lit';

export const baseStyles = css`
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
    box-sizing: border-box;
    background: var(--_surface);
  }
  :host([hidden]) {
    display: none;
  }
  /* A page's rule for all its elements (a reset) beats those for the host, so all else is set in here. Nothing of the page's text leaks in
     (a bar that keeps its words in one line, say), only what a page means for all in it. */
  .frame {
    all: initial;
    display: block;
    padding: var(--latelight-padding, 1rem);
    color: var(--_text);
    color-scheme: inherit;
    visibility: inherit;
    font: 1rem / 1.55 var(--latelight-font, system-ui, sans-serif);
    text-align: start;
    overflow-wrap: anywhere;
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
  input,
  select {
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
  svg {
    flex: none;
    inline-size: 1.5rem;
    max-inline-size: 100%;
  }
  ul,
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .caption {
    margin: 0;
    padding: 0;
    color: var(--_muted);
    font-weight: 600;
    font-size: 0.8125rem;
  }

  /* Buttons: a drawing alone, a pill, or plain words */
  .icon,
  .pill,
  .plain {
    min-block-size: 2.75rem;
    border: 0;
    background: none;
    color: var(--_muted);
  }
  .icon {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    padding: 0;
    border-radius: calc(var(--_radius) - 0.375rem);
  }
  .icon:focus-visible {
    outline-offset: -4px;
  }
  .pill {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    max-inline-size: 100%;
    padding: 0.25rem 1rem;
    border: 1px solid var(--_edge);
    border-radius: 2rem;
    color: var(--_text);
    font-size: 0.9375rem;
  }
  .pill svg {
    inline-size: 1.25rem;
  }
  .plain {
    padding: 0.25rem 0.5rem;
    font-size: 0.9375rem;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  .icon:hover,
  .pill:hover,
  .plain:hover {
    border-color: var(--_accent);
    color: var(--_accent);
  }
  .pill[aria-disabled="true"] {
    border-color: var(--_line);
    color: var(--_muted);
    cursor: default;
  }
`;
