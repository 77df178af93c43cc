// What lies over the page or beside it: the reader, the indexing bar, the drop's invitation, the question.

import { css } from 'lit';

export const layerStyles = css`
  .reader {
    position: fixed;
    z-index: 3;
    inset: 0;
    overflow: auto;
    overscroll-behavior: contain;
    background: light-dark(#fdfbf7, #15171d);
  }
  .reader > .said {
    display: grid;
    justify-items: start;
    gap: 1rem;
    padding: 1.5rem;
  }
  .reader latelight-reader {
    display: block;
    min-block-size: 100%;
  }
  @media (min-width: 64rem) {
    .columns[data-reading] {
      grid-template-columns: minmax(0, 5fr) minmax(0, 6fr);
    }
    .columns[data-reading] .list {
      justify-self: end;
      inline-size: min(46rem, 100%);
    }
    .reader {
      position: sticky;
      inset: 0 auto auto;
      z-index: 1;
      block-size: 100dvh;
      border-inline-start: 1px solid var(--_line);
    }
  }
  .indexing {
    position: sticky;
    z-index: 2;
    inset-block-end: 0;
    margin-inline: calc(-1 * clamp(1rem, 4vw, 2.5rem));
    border: 1px solid var(--_line);
    border-block-end: 0;
    border-radius: var(--_radius) var(--_radius) 0 0;
    overflow: hidden;
    background: var(--_field);
    box-shadow: 0 -0.5rem 1.5rem -1rem rgb(0 0 0 / 0.35);
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  .indexing > progress {
    border-radius: 0;
  }
  .indexing .within {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 1rem;
    padding: 0.375rem clamp(1rem, 4vw, 2.5rem);
  }
  .indexing .acts {
    grid-area: 1 / 2 / 3 / 3;
    display: flex;
  }
  .indexing .muted {
    min-block-size: 1.55em;
    font-size: 0.875rem;
  }
  @media (max-width: 40rem) {
    .indexing .within {
      grid-template-columns: minmax(0, 1fr);
    }
    .indexing {
      border-inline: 0;
      border-radius: 0;
    }
    .indexing .acts {
      grid-area: auto;
    }
  }
  /* Magnified, a bar that stays would take half of what can be seen. */
  @media (max-height: 30rem) {
    .indexing {
      position: static;
    }
  }
  .over {
    position: fixed;
    z-index: 5;
    inset: 0;
    display: grid;
    place-items: center;
    margin: 0.75rem;
    border: 3px dashed var(--_accent);
    border-radius: calc(var(--_radius) * 1.5);
    background: light-dark(rgb(251 247 240 / 0.92), rgb(18 20 26 / 0.92));
    font: 400 1.75rem / 1.3 var(--_serif);
    text-align: center;
    pointer-events: none;
  }
  dialog {
    overflow-wrap: anywhere;
    inline-size: min(28rem, 100vw - 2rem);
    padding: 1.5rem;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 1.25);
    background: light-dark(#fdfbf7, #15171d);
    color: inherit;
    box-shadow: 0 2rem 5rem -1rem rgb(0 0 0 / 0.5);
  }
  dialog::backdrop {
    background: rgb(20 16 10 / 0.5);
  }
  dialog p {
    margin-block: 0.75rem 1.5rem;
    color: var(--_muted);
  }
  dialog .choices {
    justify-content: end;
  }
  @media (forced-colors: active) {
    .sun {
      fill: CanvasText;
    }
    .light {
      stroke: CanvasText;
    }
    .over {
      background: Canvas;
    }
  }
`;
