// What a visitor asks of every page: less motion, colours of their own.

import { css } from 'lit';

export const preferenceStyles = css`
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::-webkit-progress-value {
      transition: none !important;
    }
    .sweep {
      background-size: 100% 100%;
      animation: appear 0.2s 0.25s both;
    }
  }
  @media (forced-colors: active) {
    progress,
    .sweep {
      forced-color-adjust: none;
      --_accent: Highlight;
    }
    progress.bytes {
      block-size: 8px;
      border: 1px solid CanvasText;
      --_line: Canvas;
    }
    .star[aria-pressed="true"] {
      color: Highlight;
    }
    .badge {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
    .chip[data-shown] > span[dir],
    .chip[aria-pressed="true"] > span[dir] {
      forced-color-adjust: none;
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      box-shadow: none;
    }
    /* Forced colours would leave the text of a mark in MarkText without the Mark behind it. */
    mark[data-level] {
      forced-color-adjust: none;
      --_accent: currentColor;
      background: Mark;
      color: MarkText;
    }
    mark[data-level="1"],
    mark[data-level][data-dim] {
      background: Canvas;
      color: CanvasText;
    }
    .groups[data-dimmed] mark[data-level]:not([data-dim]) {
      background: Mark;
      color: MarkText;
    }
  }
`;
