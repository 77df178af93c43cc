// Filters and order.

import { css } from 'lit';

export const refineStyles = css`
  .refine {
    max-inline-size: 46rem;
    margin-block-end: 0.75rem;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1rem;
  }
  .pill[aria-expanded="true"] {
    border-color: var(--_accent);
    color: var(--_accent);
  }
  .badge {
    min-inline-size: 1.375rem;
    padding-inline: 0.375rem;
    border-radius: 1rem;
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 600;
    font-size: 0.8125rem;
    line-height: 1.375rem;
    text-align: center;
  }
  .sort {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 0.5rem;
    max-inline-size: 100%;
    margin-inline-start: auto;
    color: var(--_muted);
    font-size: 0.875rem;
  }
  select {
    flex: 1 1 7rem;
    min-inline-size: 0;
    min-block-size: 2.75rem;
    max-inline-size: 14rem;
    padding-inline: 0.75rem;
    border: 1px solid var(--_edge);
    border-radius: 2rem;
    background: var(--_field);
    color: var(--_text);
    font-size: 0.9375rem;
  }
  @media (max-height: 30em) {
    .refine {
      margin-block-end: 0.25rem;
    }
    .bar {
      flex-wrap: nowrap;
    }
    .bar > .pill {
      flex: none;
    }
    .sort {
      min-inline-size: 0;
    }
    .sort > span {
      position: absolute;
      clip-path: inset(50%);
    }
  }
  .ticked {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
    padding-block-start: 0.5rem;
  }
  .ticked .pill {
    border-color: var(--_accent);
  }
  .filters {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr));
    gap: 1rem 1.5rem;
    margin-block-start: 0.5rem;
    padding: 1rem 1.125rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_field);
  }
  .filters[hidden] {
    display: none;
  }
  fieldset {
    min-inline-size: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  .values {
    max-block-size: 15rem;
    margin-inline: -0.5rem;
    overflow-y: auto;
  }
  .value {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    min-block-size: 2.75rem;
    padding: 0.25rem 0.5rem;
    border-radius: 0.5rem;
    font-size: 0.9375rem;
    cursor: pointer;
  }
  .value:hover {
    background: color-mix(in srgb, var(--_accent) 9%, transparent);
  }
  .value input {
    flex: none;
    inline-size: 1.125rem;
    block-size: 1.125rem;
    margin: 0;
    accent-color: var(--_accent);
  }
  .value bdi {
    flex: 1;
    min-inline-size: 0;
  }
  .number {
    color: var(--_muted);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  .value[data-none] bdi {
    color: var(--_muted);
  }
`;
