// Pages, their passages, and what is said when there are none.

import { css } from 'lit';

export const resultStyles = css`
  .results {
    position: relative;
    transition: filter 0.2s 0.1s;
  }
  /* Of another question, whose answer is on its way: without colour, but no harder to read. */
  .results[data-stale] {
    filter: grayscale(0.9);
  }
  /* Hits of the instant stage, which others will take the place of: a dotted line outside the layout. */
  .results[data-stage="instant"]::before {
    content: "";
    position: absolute;
    inset-block: 0.75rem 0;
    inset-inline-start: -0.625rem;
    border-inline-start: 2px dotted var(--_line);
    opacity: 0.6;
    pointer-events: none;
  }
  .groups {
    max-inline-size: 46rem;
  }
  .group {
    padding-block: 1.125rem 1.25rem;
    border-block-start: 1px solid var(--_line);
  }
  .hit {
    position: relative;
    display: flex;
    align-items: start;
    gap: 1rem;
  }
  .hit.custom,
  .sub {
    display: block;
  }
  .body {
    flex: 1;
    min-inline-size: 0;
  }
  .image {
    flex: none;
    inline-size: 5.5rem;
    block-size: 4rem;
    margin-block-start: 0.25rem;
    border-radius: calc(var(--_radius) / 2);
    background: var(--_line);
    object-fit: cover;
  }
  .image[hidden] {
    display: none;
  }
  .star {
    position: relative;
    margin: -0.5rem -0.625rem 0 -0.5rem;
  }
  .star[aria-pressed="true"] {
    color: var(--_accent);
  }
  .star[aria-pressed="true"] svg,
  .favourites svg {
    fill: currentColor;
  }
  h3 {
    margin: 0;
    font: inherit;
    line-height: 1.35;
  }
  .link {
    display: flex;
    flex-direction: column;
    color: inherit;
    text-decoration: none;
  }
  /* The whole hit is the target but for its excerpt, which lies above so that it can be selected. */
  .link[href]::before {
    content: "";
    position: absolute;
    inset: -0.375rem -0.75rem;
    border-radius: var(--_radius);
  }
  .link:focus-visible {
    outline: none;
  }
  .link:focus-visible::before {
    outline: 2px solid var(--_accent);
    outline-offset: -1px;
  }
  .title {
    font-weight: 600;
    font-size: 1.1875rem;
    font-family: var(--latelight-title-font, inherit);
  }
  .link[href]:hover :is(.title, .heading),
  .link:focus-visible :is(.title, .heading) {
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
  /* Other pages that say the same: above the target as the excerpt is. */
  .also {
    position: relative;
    margin-block-end: 0;
  }
  .also a {
    color: inherit;
  }
  /* Further passages of a page */
  .subs {
    display: grid;
    gap: 0.875rem;
    margin-block-start: 0.875rem;
    padding-inline-start: 1rem;
    border-inline-start: 2px solid var(--_line);
  }
  .sub .link {
    min-block-size: 1.5rem;
  }
  .heading {
    font-weight: 600;
    font-size: 0.9375rem;
  }
  .sub .excerpt {
    display: -webkit-box;
    margin-block-start: 0.125rem;
    overflow: hidden;
    font-size: 0.9375rem;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .more {
    display: flex;
    inline-size: 100%;
    max-inline-size: 46rem;
    margin-block: 0.5rem 1rem;
  }
  .nothing {
    padding-block: 1.5rem 2rem;
  }
  .nothing p {
    margin: 0 0 0.5rem;
    color: var(--_muted);
  }
  .nothing .sentence {
    color: var(--_text);
  }
`;
