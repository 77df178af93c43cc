// The line below the box, and how a search was made.

import { css } from 'lit';

export const footStyles = css`
  /* Below the box: always there, so that nothing jumps when it fills */
  .foot {
    display: flex;
    flex-wrap: wrap;
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
    flex: 1 1 8rem;
    margin: 0;
    padding-block: 0.6875rem;
    line-height: 1.4;
  }
  .note b {
    color: var(--_text);
  }
  /* In a sentence, of which it may take several lines: any higher, it would lie over the line before */
  .note .plain {
    min-block-size: 1.5rem;
    margin-block: -0.125rem;
    padding: 0.125rem 0;
    font-size: inherit;
    text-align: start;
  }
  @media (pointer: coarse) {
    .note .plain {
      display: block;
      min-block-size: 2.75rem;
    }
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
`;
