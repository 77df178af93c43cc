// `mode="modal"`: the button and the dialog, which fills a narrow screen.

import { css } from 'lit';

export const modalStyles = css`
  :host([mode="modal"]) {
    display: inline-block;
    background: none;
  }
  :host([mode="modal"]) .frame {
    padding: 0;
  }
  /* Hidden is the button alone: a page with an opener of its own needs the dialog. Whatever the page's reset says of [hidden], and
     without a place of its own in a row. */
  :host([mode="modal"][hidden]) {
    display: contents !important;
  }
  :host([mode="modal"][hidden]) .frame {
    position: absolute;
  }
  :host([mode="modal"][hidden]) [name="trigger"] {
    display: none;
  }
  .trigger {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    min-inline-size: min(13rem, 100%);
    min-block-size: 2.75rem;
    padding-inline: 0.75rem 0.625rem;
    border: 1px solid var(--_edge);
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_field);
    color: var(--_muted);
  }
  .trigger:hover {
    border-color: var(--_accent);
    color: var(--_text);
  }
  .trigger svg {
    inline-size: 1.25rem;
  }
  .trigger-text {
    flex: 1;
    text-align: start;
  }
  .close svg {
    display: none;
  }
  @media (hover: none) {
    .close svg {
      display: block;
    }
    .close kbd,
    .trigger kbd {
      display: none;
    }
  }
  dialog {
    inline-size: min(46rem, 100vw - 2rem);
    max-inline-size: none;
    max-block-size: calc(100dvh - clamp(1rem, 10vh, 6rem) - 2rem);
    margin: clamp(1rem, 10vh, 6rem) auto auto;
    padding: 0;
    overflow: hidden;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 1.25);
    background: var(--_surface);
    color: inherit;
    box-shadow: 0 2rem 5rem -1rem rgb(0 0 0 / 0.5);
  }
  dialog[open] {
    display: flex;
  }
  dialog::backdrop {
    background: var(--latelight-backdrop, rgb(20 16 10 / 0.5));
  }
  .modal {
    container-type: inline-size;
    flex: 1;
    display: flex;
    flex-direction: column;
    min-inline-size: 0;
    min-block-size: 0;
  }
  /* Text may be large in a wide window too. */
  @container (max-width: 24em) {
    .lens {
      display: none;
    }
    #box {
      padding-inline-start: 1rem;
    }
    .close,
    .modal .clear {
      min-inline-size: 0;
      inline-size: 44px;
    }
    .close svg {
      display: block;
    }
    .close kbd {
      display: none;
    }
  }
  .modal > .search {
    flex: none;
    border-width: 0 0 1px;
    border-color: var(--_line);
    border-radius: 0;
    background: none;
  }
  .modal > .search:focus-within {
    outline: none;
    border-color: var(--_accent);
  }
  .modal > .scroll {
    min-block-size: 0;
    padding-inline: 1.25rem;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .modal .foot[data-quiet] {
    display: none;
  }
  .modal .panel {
    max-inline-size: min(22rem, calc(100vw - 5rem));
  }
  /* On paper the page, as without it. */
  @media print {
    dialog[open] {
      display: none;
    }
  }
  @media (max-width: 40em) {
    dialog {
      inline-size: 100vw;
      block-size: 100dvh;
      max-block-size: none;
      margin: 0;
      border: 0;
      border-radius: 0;
    }
    .modal > .scroll {
      padding-inline: 1rem;
    }
  }
`;
