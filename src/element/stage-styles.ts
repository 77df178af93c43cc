// What tells hits of the instant stage from those that will take their place: a dotted line beside the list, outside its layout.

import { css } from 'lit';

export const stageStyles = css`
  .results {
    position: relative;
  }

  .results[data-stage="instant"]::before {
    content: "";
    position: absolute;
    inset-block: 0.75rem 0;
    inset-inline-start: -0.625rem;
    border-inline-start: 2px dotted var(--_line, currentColor);
    opacity: 0.6;
    pointer-events: none;
  }
`;
