// Brings a place of a document into view, a third down. What lies above may still be of guessed height (content-visibility), so it
// is done again until it stays.

const MAX_ROUNDS = 8;

/** Where each view is to be: a call that was overtaken would take it back. */
const places = new WeakMap<HTMLElement, Range | Element>();

export async function scrollTo(scroller: HTMLElement, place: Range | Element): Promise<void> {
  places.set(scroller, place);
  const isNear = Math.abs(distance(scroller, place)) < scroller.clientHeight * 1.5;
  if (isNear && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
    scroller.scrollBy({ top: distance(scroller, place), behavior: 'smooth' });
    return;
  }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const by = distance(scroller, place);
    if (round > 1 && Math.abs(by) < 2) return;
    const before = scroller.scrollTop;
    scroller.scrollTop += by;
    await nextFrame();
    if (places.get(scroller) !== place) return;
    // The document's start or end.
    if (round > 1 && scroller.scrollTop === before) return;
  }
}

function distance(scroller: HTMLElement, place: Range | Element): number {
  const view = scroller.getBoundingClientRect();
  return place.getBoundingClientRect().top - view.top - scroller.clientHeight / 3;
}

/** A hidden tab draws no frames. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      setTimeout(resolve);
    });
  });
}
