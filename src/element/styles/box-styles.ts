// The search field and the line of light along its lower edge.

import { css } from 'lit';

export const boxStyles = css`
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
    display: flex;
    margin-inline: 1rem 0.25rem;
    color: var(--_muted);
  }
  .search:focus-within .lens {
    color: var(--_accent);
  }
  #box {
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
  #box:focus-visible {
    outline: none;
  }
  #box::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  #box::-webkit-search-cancel-button {
    display: none;
  }
  kbd {
    flex: none;
    min-inline-size: 1.75rem;
    padding-inline: 0.375rem;
    border: 1px solid var(--_line);
    border-radius: 0.375rem;
    color: var(--_muted);
    font:
      0.875rem / 1.625rem ui-monospace,
      monospace;
    text-align: center;
  }
  .search > kbd {
    margin-inline-end: 0.875rem;
  }
  .search:focus-within > kbd {
    visibility: hidden;
  }
  @media (hover: none) {
    .search > kbd {
      display: none;
    }
  }
  .clear,
  .close {
    margin-inline-end: 0.375rem;
  }
  .close {
    flex: none;
    display: grid;
    place-items: center;
    min-inline-size: 2.75rem;
    block-size: 2.75rem;
    padding: 0;
    border: 0;
    border-radius: calc(var(--_radius) - 0.375rem);
    background: none;
  }
  .close:hover kbd {
    border-color: var(--_accent);
    color: var(--_accent);
  }
  .close:focus-visible {
    outline-offset: -4px;
  }
  /* Room to type where there is little of it. */
  @media (max-width: 24em) {
    .lens {
      display: none;
    }
    #box {
      padding-inline-start: 1rem;
    }
  }
  @media (max-height: 30em) {
    #box {
      block-size: 2.75rem;
    }
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
`;
