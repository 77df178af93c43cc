// The page around search and list: warm paper by day, ink with a low sun by night, as on the search page.

import { css } from 'lit';

export const pageStyles = css`
  :host {
    position: relative;
    min-block-size: 100dvh;
    padding: 0;
    background:
      radial-gradient(60rem 20rem at 50% -6rem, light-dark(rgb(247 190 90 / 0.34), rgb(232 142 44 / 0.3)), transparent 72%),
      radial-gradient(100rem 34rem at 50% -10rem, light-dark(rgb(240 150 110 / 0.1), rgb(120 84 168 / 0.2)), transparent 75%),
      light-dark(#fbf7f0, #12141a);
    background-repeat: no-repeat;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 46rem);
    justify-content: center;
  }
  .list {
    display: flex;
    flex-direction: column;
    min-block-size: 100dvh;
    padding-inline: clamp(1rem, 4vw, 2.5rem);
  }
  main {
    flex: 1;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    padding-block: 1.25rem;
  }
  .mark {
    inline-size: 2.25rem;
  }
  .sun {
    fill: light-dark(#e8930c, #f5b048);
    stroke: none;
  }
  .light {
    stroke: light-dark(#e8930c, #f5b048);
  }
  h1 {
    margin: 0;
    font: 400 1.5rem / 1.2 var(--_serif);
    letter-spacing: -0.01em;
  }
  .brand {
    flex: 1 1 auto;
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    column-gap: 0.625rem;
  }
  .brand .mark {
    grid-row: span 2;
  }
  .columns:not([data-empty]) .brand .tagline {
    margin: 0;
    font-size: 0.8125rem;
    line-height: 1.35;
  }
  header .choices {
    gap: 0.5rem;
  }
  /* Next to the name there is room for one button's words. */
  @media (max-width: 36rem) {
    .columns:not([data-empty]) .folder {
      inline-size: 2.75rem;
      padding: 0;
    }
    .columns:not([data-empty]) .folder span {
      position: absolute;
      clip-path: inset(50%);
    }
  }
  /* Said at the foot of the page, too. */
  @media (max-width: 28rem) {
    .columns:not([data-empty]) .brand .tagline {
      display: none;
    }
  }
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }

  /* Without documents */
  .columns[data-empty] header {
    padding-block: clamp(1.5rem, 7vh, 4.5rem) 1.5rem;
  }
  .columns[data-empty] .brand {
    display: block;
  }
  .columns[data-empty] .mark {
    display: block;
    inline-size: 2.75rem;
    margin-block-end: 0.75rem;
  }
  .columns[data-empty] h1 {
    font-size: clamp(1.875rem, 1.3rem + 2.6vw, 2.875rem);
    text-wrap: balance;
  }
  .tagline {
    margin-block-start: 0.625rem;
    color: var(--_muted);
    font-size: 1.0625rem;
    text-wrap: balance;
  }
  .zone {
    display: grid;
    justify-items: center;
    gap: 0.75rem;
    padding: clamp(1.5rem, 6vh, 3.5rem) 1.25rem;
    border: 2px dashed var(--_edge);
    border-radius: calc(var(--_radius) * 1.5);
    background: color-mix(in srgb, var(--_field) 70%, transparent);
    text-align: center;
  }
  .zone h2 {
    text-wrap: balance;
  }
  .zone > p {
    max-inline-size: 30rem;
    color: var(--_muted);
    text-wrap: balance;
  }
  .zone .choices {
    justify-content: center;
    margin-block-start: 0.5rem;
  }
  .download {
    display: grid;
    gap: 0.5rem;
    margin-block: 1.25rem;
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }

  /* What is told */
  .notice {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 1rem;
    margin-block-end: 0.75rem;
    padding: 0.375rem 0.5rem 0.375rem 1rem;
    border: 1px solid var(--_line);
    border-inline-start: 4px solid var(--_accent);
    border-radius: 0.375rem;
    background: var(--_field);
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  .notice p {
    flex: 1 1 12rem;
    padding-block: 0.5rem;
  }
  .notice progress {
    margin-block-end: 0.5rem;
  }
  .notice[data-grave] {
    border-inline-start-color: var(--_bad);
  }
  .notice .icon {
    inline-size: 2.75rem;
  }
  .scope {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 1rem;
    min-block-size: 2.75rem;
    font-size: 0.9375rem;
  }
  latelight-search {
    --latelight-surface: transparent;
    --latelight-padding: 0;
    --latelight-title-font: var(--_serif);
  }
  .scope .plain {
    margin-inline: -0.5rem;
  }
  latelight-search::part(filter-name) {
    text-transform: capitalize;
  }
  latelight-documents {
    margin-block-start: 0.5rem;
  }
  .library,
  footer {
    margin-block-start: 1.5rem;
  }
  .library {
    display: grid;
    justify-items: start;
    gap: 0.625rem;
    padding-block-start: 1.25rem;
    border-block-start: 1px solid var(--_line);
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  .library progress {
    max-inline-size: 24rem;
  }
  .kept {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    column-gap: 1rem;
  }
  .kept .plain {
    margin-inline: -0.5rem;
  }
  footer {
    padding-block: 0.75rem 1.5rem;
    border-block-start: 1px solid var(--_line);
    color: var(--_muted);
    font-size: 0.9375rem;
  }
  summary {
    display: inline-flex;
    align-items: center;
    min-inline-size: 2.75rem;
    min-block-size: 2.75rem;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  .privacy p {
    max-inline-size: 38rem;
    margin-block-end: 0.75rem;
  }
`;
