// What the page and its list share beyond the search element's own base: headings, the strong button, bars.

import { css } from 'lit';

export const sharedStyles = css`
  :host {
    --_serif: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", "Book Antiqua", Georgia, serif;
    --_bad: light-dark(#a3261b, #ff9d8c);
  }
  h2 {
    margin: 0;
    font: 400 1.375rem / 1.3 var(--_serif);
  }
  h2:focus-visible {
    outline-offset: 4px;
  }
  .muted {
    color: var(--_muted);
  }
  .strong {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 600;
  }
  .strong:hover {
    background: color-mix(in srgb, var(--_accent) 88%, var(--_text));
    color: var(--_on-accent);
  }
  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 0.625rem;
  }
  progress {
    display: block;
    inline-size: 100%;
    block-size: 4px;
    border: 0;
    border-radius: 2px;
    overflow: hidden;
    appearance: none;
    background: var(--_line);
    color: var(--_accent);
  }
  progress::-webkit-progress-bar {
    background: var(--_line);
  }
  progress::-webkit-progress-value {
    background: var(--_accent);
    transition: inline-size 0.25s;
  }
  progress::-moz-progress-bar {
    background: var(--_accent);
  }
  progress[data-unknown] {
    background: linear-gradient(90deg, transparent, var(--_accent), transparent) 0 0 / 40% 100% no-repeat var(--_line);
    animation: sweep 1.4s linear infinite;
  }
  progress[data-unknown]::-webkit-progress-bar {
    background: none;
  }
  @keyframes sweep {
    from {
      background-position-x: -70%;
    }
    to {
      background-position-x: 170%;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    progress[data-unknown] {
      animation: none;
      background-size: 100% 100%;
    }
    progress::-webkit-progress-value {
      transition: none;
    }
  }
  @media (forced-colors: active) {
    progress {
      forced-color-adjust: none;
      block-size: 8px;
      border: 1px solid CanvasText;
      --_accent: Highlight;
      --_line: Canvas;
    }
    .strong {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
