// The words of the query.

import { css } from 'lit';

export const wordStyles = css`
  /* The query's words: of many, three rows and half of the next, so that hits stay in sight. A little room for outlines. */
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.375rem;
    max-block-size: 9.625rem;
    margin-block-end: 0.5rem;
    margin-inline-start: -0.25rem;
    padding-inline: 0.25rem;
    overflow-y: auto;
  }
  /* In a low window one row, which scrolls sideways. */
  @media (max-height: 30em) {
    .chips {
      flex-wrap: nowrap;
      margin-block-end: 0;
    }
    .chip {
      flex: none;
    }
  }
  .chip {
    display: grid;
    grid-template-columns: minmax(0, auto);
    place-items: center;
    min-inline-size: 2.75rem;
    max-inline-size: min(18rem, 100%);
    min-block-size: 2.75rem;
    padding: 0;
    border: 0;
    background: none;
    font-size: 0.9375rem;
  }
  .chip > span[dir] {
    max-inline-size: 100%;
    padding: 0.125rem 0.75rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
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

  /* Looked up letter by letter */
  .chip[data-exact] > span[dir] {
    font-family: ui-monospace, monospace;
    font-size: 0.875rem;
  }
  .phrases {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.5rem;
    margin-block-end: 0.75rem;
  }
  .phrase {
    max-inline-size: 100%;
    padding: 0.125rem 0.75rem;
    border: 1px solid var(--_accent);
    border-radius: 0.375rem;
    font-size: 0.9375rem;
  }
  .missing {
    margin: 0;
  }
`;
