// Excerpts, and how strongly their words are marked.

import { css } from 'lit';

export const markStyles = css`
  .excerpt {
    position: relative;
    margin: 0.375rem 0 0;
    overflow-wrap: anywhere;
    /* On the side of its heading, whichever way its own text runs. */
    text-align: -webkit-match-parent;
    text-align: match-parent;
    transition: color 0.15s;
  }
  .groups[data-dimmed] .excerpt {
    color: var(--_muted);
  }
  mark {
    --_wash: 0%;
    --_rule: 1px;
    border-radius: 0.1875rem;
    background: color-mix(in srgb, var(--_mark) var(--_wash), transparent);
    color: inherit;
    /* Of the shorthand Safari takes the line alone. */
    text-decoration-line: underline;
    text-decoration-color: var(--_accent);
    text-decoration-thickness: var(--_rule);
    text-underline-offset: 0.22em;
    text-decoration-skip-ink: none;
    transition: background-color 0.15s;
  }
  /* Weak matches show when their word is asked for; all at once they would be noise. */
  mark[data-level="1"] {
    text-decoration-line: none;
  }
  .groups[data-dimmed] mark[data-level="1"]:not([data-dim]) {
    text-decoration-line: underline;
    text-decoration-style: dotted;
  }
  mark[data-level="2"] {
    --_wash: 10%;
  }
  mark[data-level="3"] {
    --_wash: 26%;
    --_rule: 2px;
  }
  mark[data-level="4"] {
    --_wash: 45%;
    --_rule: 3px;
  }
  .groups[data-dimmed] mark:not([data-dim]) {
    color: var(--_text);
  }
  mark[data-level][data-dim] {
    background: none;
    text-decoration-line: none;
  }
`;
