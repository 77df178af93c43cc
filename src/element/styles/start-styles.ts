// What an empty box offers, and what it suggests.

import { css } from 'lit';

export const startStyles = css`
  .start {
    display: grid;
    gap: 1.25rem;
    padding-block-end: 1rem;
  }
  .start header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-block-size: 2.75rem;
  }
  .start li {
    display: flex;
    align-items: center;
  }
  .suggestions {
    padding-block-start: 0.5rem;
  }
  .row {
    flex: 1;
    display: flex;
    align-items: center;
    gap: 0.75rem;
    inline-size: 100%;
    min-inline-size: 0;
    min-block-size: 2.75rem;
    margin-inline: -0.5rem;
    padding: 0.375rem 0.5rem;
    border: 0;
    border-radius: calc(var(--_radius) - 0.375rem);
    background: none;
    color: inherit;
    text-align: start;
    text-decoration: none;
  }
  .row svg {
    inline-size: 1.25rem;
    color: var(--_muted);
  }
  .favourites .row svg {
    color: var(--_accent);
  }
  .row > span {
    min-inline-size: 0;
  }
  .row:hover,
  .row:focus-visible {
    background: color-mix(in srgb, var(--_accent) 9%, transparent);
  }
  .row:focus-visible {
    outline-offset: -2px;
  }
`;
