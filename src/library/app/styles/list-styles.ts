// The list of documents.

import { css } from 'lit';
import { sharedStyles } from './shared-styles.ts';

export const listStyles = [
  sharedStyles,
  css`
    :host {
      padding: 0;
      background: none;
      container-type: inline-size;
    }
    .head {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      justify-content: space-between;
      gap: 0 1rem;
    }
    .count {
      margin: 0;
      color: var(--_muted);
      font-size: 0.875rem;
      font-variant-numeric: tabular-nums;
    }
    .tools {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem;
      min-block-size: 2.75rem;
      margin-block: 0.5rem;
    }
    .filter,
    select {
      min-block-size: 2.75rem;
      border: 1px solid var(--_edge);
      border-radius: 2rem;
      background: var(--_field);
      font-size: 0.9375rem;
    }
    .filter {
      flex: 1 1 12rem;
      min-inline-size: 0;
      padding-inline: 1rem;
    }
    .filter::placeholder {
      color: var(--_muted);
      opacity: 1;
    }
    .pull {
      position: relative;
    }
    .pull::after {
      content: "";
      position: absolute;
      inset-block-start: calc(50% - 0.3rem);
      inset-inline-end: 1.125rem;
      inline-size: 0.4375rem;
      block-size: 0.4375rem;
      border: solid var(--_muted);
      border-width: 0 1.5px 1.5px 0;
      rotate: 45deg;
      pointer-events: none;
    }
    select {
      max-inline-size: 100%;
      padding-inline: 1rem 2.25rem;
      appearance: none;
      cursor: pointer;
    }
    .none {
      color: var(--_muted);
    }
    .row {
      display: grid;
      grid-template-columns: auto minmax(0, 1fr) auto;
      align-items: start;
      padding-block: 0.375rem;
      border-block-start: 1px solid var(--_line);
      content-visibility: auto;
      contain-intrinsic-block-size: auto 4rem;
      /* Room for the rings of what has focus, which content-visibility clips. */
      margin-inline: -0.375rem;
      padding-inline: 0.375rem;
    }
    .row[data-selected],
    .row[data-open] {
      background: color-mix(in srgb, var(--_accent) 8%, transparent);
    }
    .pick {
      display: grid;
      place-items: center;
      inline-size: 2.75rem;
      block-size: 2.75rem;
      margin-inline-start: -0.75rem;
      cursor: pointer;
    }
    .pick input {
      inline-size: 1.125rem;
      block-size: 1.125rem;
      margin: 0;
      accent-color: var(--_accent);
    }
    .about {
      padding-block: 0.5rem;
      overflow-wrap: anywhere;
    }
    .path {
      min-inline-size: 0;
    }
    .title {
      display: block;
      color: inherit;
      font-weight: 600;
      line-height: 1.35;
      text-decoration: none;
    }
    .title:hover,
    .title[aria-current] {
      color: var(--_accent);
    }
    .title:hover {
      text-decoration: underline;
      text-underline-offset: 0.2em;
    }
    .about p {
      margin: 0.125rem 0 0;
      color: var(--_muted);
      font-size: 0.875rem;
      line-height: 1.45;
    }
    .facts {
      display: flex;
      flex-wrap: wrap;
      column-gap: 0.75rem;
      font-variant-numeric: tabular-nums;
    }
    .about .state {
      font-variant-numeric: tabular-nums;
    }
    .about .state[data-state="failed"] {
      color: var(--_bad);
    }
    .about progress {
      max-inline-size: 16rem;
      margin-block-start: 0.375rem;
    }
    .acts {
      display: flex;
      margin-inline-end: -0.625rem;
    }
    @container (max-width: 26rem) {
      .acts {
        flex-direction: column;
      }
    }
    .more {
      inline-size: 100%;
      margin-block-start: 0.75rem;
    }
  `,
];
