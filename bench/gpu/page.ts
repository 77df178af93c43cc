// The page: a button that starts the measurement, tables that fill as it goes, buttons that copy the result.

import { type GpuReport, runGpuBench } from './run.ts';
import { toMarkdown, toTables } from './tables.ts';

declare const __COMMIT__: string;

const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector)!;
const start = find<HTMLButtonElement>('#start');
const progress = find<HTMLProgressElement>('#progress');
const status = find('#status');
const result = find('#result');
const copyButtons = [...document.querySelectorAll<HTMLButtonElement>('.copy')];
let finished: GpuReport | undefined;

function element(name: string, text: string, className = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function show(report: Partial<GpuReport>): void {
  const parts = toTables(report).flatMap(({ title, note, head, rows }) => {
    const table = document.createElement('table');
    const headRow = table.createTHead().insertRow();
    headRow.append(...head.map((text) => Object.assign(element('th', text), { scope: 'col' })));
    const body = table.createTBody();
    for (const row of rows) {
      body.insertRow().append(...row.map((text) => element('td', text, text.endsWith('DIFFER') ? 'bad' : '')));
    }
    const scroll = document.createElement('div');
    Object.assign(scroll, { className: 'scroll', tabIndex: 0, role: 'region', ariaLabel: title });
    scroll.append(table);
    return [element('h2', title), element('p', note, 'note'), scroll];
  });
  result.replaceChildren(...parts);
  result.hidden = parts.length === 0;
}

function say(text: string, bad = false): void {
  status.textContent = text;
  status.classList.toggle('bad', bad);
}

start.addEventListener('click', async () => {
  start.disabled = true;
  for (const button of copyButtons) button.disabled = true;
  finished = undefined;
  try {
    finished = await runGpuBench(__COMMIT__, (done, text, report) => {
      progress.value = done;
      say(`${text} ...`);
      show(report);
    });
    if (finished.allEqual) say('Done. Every score equals WebAssembly.');
    else say('Done. Some scores differ from WebAssembly: please report this, with the JSON.', true);
    for (const button of copyButtons) button.disabled = false;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), true);
  } finally {
    start.disabled = false;
    start.textContent = 'Start again';
  }
});

for (const button of copyButtons) {
  button.addEventListener('click', async () => {
    const text = button.id === 'copy-json' ? JSON.stringify(finished, null, 2) : toMarkdown(finished!);
    try {
      await navigator.clipboard.writeText(text);
      say('Copied.');
    } catch (error) {
      say(`The browser did not allow copying: ${error}`, true);
    }
  });
}
