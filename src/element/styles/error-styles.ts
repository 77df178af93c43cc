// What went wrong.

import { css } from 'lit';

export const errorStyles = css`
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
    margin-block-start: 0.5rem;
    font-weight: 600;
  }
`;
