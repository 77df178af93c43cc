// Drawings of the library's page, on a grid of 24, beside those of the search element.

import { html, svg } from 'lit';

export { cross, lens } from '../../../element/views/icons.ts';

const icon = (shapes: unknown) => html`<svg viewBox="0 0 24 24" aria-hidden="true">${shapes}</svg>`;

export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
  <path class="sun" d="M7.2 17.2c.3-4.9 4-8.7 8.8-8.7s8.6 3.7 8.9 8.6z" />
  <path class="light" d="M3.5 20.6c8.3-.4 16.6-.3 25.1 0M8 24.4c5.4-.3 10.6-.2 16 .1M12.4 28c2.5-.2 4.8-.1 7.2 0" />
</svg>`;
export const bin = icon(svg`<path d="M5 7.5h14M9.5 7V5h5v2M7 7.5l.8 11.5h8.4L17 7.5M10.5 11v4.5M13.5 11v4.5" />`);
export const again = icon(svg`<path d="M18.5 12a6.5 6.5 0 1 1-2-4.7M18.5 4.5v4h-4" />`);
export const pages = icon(svg`<path d="M7 4.5h7l4 4v11H7zM13.5 5v4H18" />`);
export const folder = icon(svg`<path d="M4 18.5v-12h5.5l2 2.5H20v9.5z" />`);
