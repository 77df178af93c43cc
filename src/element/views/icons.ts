// The few drawings of the element, on a grid of 24; lines take the colour of the text.

import { html, svg } from 'lit';

const icon = (shapes: unknown) => html`<svg viewBox="0 0 24 24" aria-hidden="true">${shapes}</svg>`;

export const cross = icon(svg`<path d="m7 7 10 10M17 7 7 17" />`);
export const lens = icon(svg`<circle cx="10.5" cy="10.5" r="6" /><path d="m15 15 5 5" />`);
export const clock = icon(svg`<circle cx="12" cy="12" r="7.5" /><path d="M12 7.75V12l2.75 1.75" />`);
export const star = icon(svg`<path d="m12 4.5 2.3 4.8 5.2.7-3.8 3.7.9 5.2-4.6-2.5-4.6 2.5.9-5.2L4.5 10l5.2-.7z" />`);
export const sliders = icon(
  svg`<path d="M4 8h8m6 0h2M4 16h2m6 0h8" /><circle cx="15" cy="8" r="2.5" /><circle cx="9" cy="16" r="2.5" />`,
);
export const chevron = icon(svg`<path d="m6 9.5 6 6 6-6" />`);
