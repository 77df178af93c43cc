// How large a PDF is shown.

/** `auto`: the width of the view, but no wider than is good to read. */
export type Zoom = 'auto' | 'width' | number;

const STEPS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

/**
 * The next size from one that may lie between the steps, or beyond them: a poster that was fitted to a phone, a label to a wide screen.
 * @param direction 1 for larger, -1 for smaller
 * @returns nothing where there is none in this direction
 */
export function zoomStep(now: number, direction: 1 | -1): number | undefined {
  return direction > 0 ? STEPS.find((step) => step > now + 0.01) : STEPS.findLast((step) => step < now - 0.01);
}
