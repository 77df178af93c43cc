/**
 * Milliseconds in which a worker's script has come and said hello. Firefox 153 was seen never to run the script of a worker that a worker
 * had started: one in ten under WebDriver BiDi, where each worker's debugger reports to the driver; without it none of 72.
 */
const START_MS = 30_000;

/** Calls back when nothing at all was heard of a worker by then: another one may fare better. */
export function awaitHello(worker: Worker, onSilent: () => void): void {
  const timer = setTimeout(onSilent, START_MS);
  const heard = () => clearTimeout(timer);
  worker.addEventListener('message', heard, { once: true });
  worker.addEventListener('error', heard, { once: true });
}
