// The reader's drawings, on a grid of 24; lines take the colour of the text.

import { html, svg } from 'lit';

const icon = (shapes: unknown) => html`<svg viewBox="0 0 24 24" aria-hidden="true">${shapes}</svg>`;

export const cross = icon(svg`<path d="m7 7 10 10M17 7 7 17" />`);
export const up = icon(svg`<path d="m6 14.5 6-6 6 6" />`);
export const down = icon(svg`<path d="m6 9.5 6 6 6-6" />`);
export const quote = icon(
  svg`<path d="M10 8H6v4.5h4zv4.5q0 3-3 3.5M18.5 8h-4v4.5h4zv4.5q0 3-3 3.5" stroke-linejoin="round" />`,
);
export const copy = icon(
  svg`<rect x="8.5" y="8.5" width="10.5" height="11" rx="2" /><path d="M15.5 5.5q-.3-1-1.5-1H7q-2 0-2 2v7.500q0 1.200 1 1.500" />`,
);
export const download = icon(svg`<path d="M12 4.500v10.500m-4.500-4.500 4.500 4.500 4.500-4.500M5 19.500h14" />`);
export const minus = icon(svg`<path d="M7 12h10" />`);
export const plus = icon(svg`<path d="M7 12h10M12 7v10" />`);
export const fit = icon(svg`<path d="M4 6v12M20 6v12M7.500 12h9m-6.500-3-3 3 3 3m4-6 3 3-3 3" />`);
