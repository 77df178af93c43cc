// The search page of an index folder: its title and examples, the query in the address, and the element that does the rest.

import '../latelight.ts';
import { parsePageSettings } from './page-settings.ts';
import { keepQuery, queryOf, takeQuery } from './query-address.ts';

const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector)!;
const search = find<HTMLElementTagNameMap['latelight-search']>('latelight-search');
const examples = find('#examples');
let { title } = document;

/** Milliseconds without a key before the address is written: Safari refuses more than 100 writes in 30 s, with an exception. */
const PAUSE_MS = 400;
/** Writes what is not in the address yet. */
let write = () => {};
let writing: ReturnType<typeof setTimeout> | undefined;

/** What the box holds, in the address, so that a search can be linked and reloaded, and in the title, so that it can be told from others. */
function writeAddress(query: string): void {
  clearTimeout(writing);
  write = () => {
    clearTimeout(writing);
    showTitle(query);
    keepQuery(query);
  };
  writing = setTimeout(write, PAUSE_MS);
}

function showTitle(query: string): void {
  document.title = query ? `${query} - ${title}` : title;
}

function showExamples(): void {
  examples.hidden = search.query !== '' || !examples.querySelector('li');
}

search.addEventListener('latelight-ready', ({ detail }) => {
  const { passageCount } = detail;
  find('#size').textContent = `${passageCount.toLocaleString('en')} ${passageCount === 1 ? 'passage' : 'passages'}`;
});
search.addEventListener('latelight-results', ({ detail }) => writeAddress(detail.query));
// Where a hit leads away, Back leads to the address.
search.addEventListener('latelight-select', () => write());
search.addEventListener('input', () => {
  if (!search.query) writeAddress('');
  showExamples();
});

// An address that is pasted over this one, or a bookmark of it, does not load the page again.
window.addEventListener('hashchange', ({ newURL }) => {
  clearTimeout(writing);
  search.query = takeQuery(newURL);
  showTitle(search.query);
  showExamples();
});

search.query = takeQuery();
// On a touch screen the keyboard would cover the page before anyone asked for it.
if (!search.query && matchMedia('(hover: hover)').matches) search.focus({ preventScroll: true });

async function showSettings(): Promise<void> {
  const settings = await fetch('page.json')
    .then((response) => (response.ok ? response.json() : undefined))
    .then(parsePageSettings, () => parsePageSettings(undefined));
  title = settings.title;
  showTitle(queryOf(new URL(location.href)));
  find('#title').textContent = settings.title;
  find('#tagline').textContent = settings.tagline;
  find('#tagline').hidden = settings.tagline === '';
  find('#examples ul').append(...settings.examples.map(exampleItem));
  showExamples();
}

function exampleItem(example: string): HTMLLIElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = example;
  button.addEventListener('click', () => {
    search.query = example;
    search.focus();
    showExamples();
  });
  const item = document.createElement('li');
  item.append(button);
  return item;
}

// Not awaited: with a top-level await the bundler would no longer put the element and what it shares into one module.
void showSettings();

// Keeps the page itself for offline visits; model and index are kept by the engine. Without it only that is lost.
if ('serviceWorker' in navigator) navigator.serviceWorker.register('sw.js').catch(() => undefined);
