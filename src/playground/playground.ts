// The playground in every index folder: one query through each stage, with what it cost and how it ranked, and why a passage was found.

import { html, nothing, render } from 'lit';
import { type Manifest, parseManifest } from '../format/manifest.ts';
import { open } from '../latelight.ts';
import { keepQuery, takeQuery } from '../page/query-address.ts';
import type { Explanation, Hit, OpenOptions, SearchEngine, SearchResult, SearchTimings } from '../types.ts';
import './alignment-picture.ts';
import { byteReport } from './byte-report.ts';
import { compareRanks } from './compare-ranks.ts';

const LIMIT = 10;
const STAGES: [keyof SearchTimings, string][] = [
  ['encodeMs', 'Reading the query'],
  ['exactMs', 'Looking up words'],
  ['scoreMs', 'Scoring every passage'],
  ['fetchMs', 'Fetching the text'],
  ['alignMs', 'Finding what matched'],
  ['totalMs', 'In all'],
];

const OPENING = 'Opening the index.';
/** What a search fails with when a file of its index is gone, or another one is in its place: asking again reads the index anew. */
const MISSING = ['download-failed', 'hash-mismatch'];

const main = document.getElementById('main')!;
const state = {
  device: 'auto' as NonNullable<OpenOptions['device']>,
  query: takeQuery(),
  status: OPENING,
  /** Why the last search or explanation failed; shown instead of the status until something else is asked. */
  failure: '',
  /** Bytes that are here, of all. Not part of the status, which would be read out with each of them. */
  loading: '',
  engine: undefined as SearchEngine | undefined,
  manifest: undefined as Manifest | undefined,
  instant: undefined as SearchResult | undefined,
  full: undefined as SearchResult | undefined,
  /** The full stage without looking words up letter by letter. */
  plain: undefined as SearchResult | undefined,
  explained: undefined as { hit: Hit; explanation: Explanation } | undefined,
};
/** Aborted when another opening takes its place. */
let opening = new AbortController();
/** Whether the index or its model could not be had. */
let hasFailed = false;
/** Whether bytes that arrive are those of an opening that is followed. */
let isOpening = false;
/** Which search may still show. */
let searching = 0;

function show(change: Partial<typeof state>): void {
  Object.assign(state, change);
  render(view(), main);
}

async function openEngine(): Promise<void> {
  opening.abort();
  opening = new AbortController();
  const { signal } = opening;
  state.engine?.close();
  show({ engine: undefined, instant: undefined, full: undefined, plain: undefined, explained: undefined });
  await follow(signal, async () => {
    const manifest = await readManifest(signal);
    const engine = await open('./', {
      device: state.device,
      signal,
      onProgress: ({ loadedBytes, totalBytes }) => {
        // A worker that takes another's place reads all of it once more, while nobody waits to see it come.
        if (isOpening && !signal.aborted) show({ loading: `${megabytes(loadedBytes)} of ${megabytes(totalBytes)} MB` });
      },
    });
    if (signal.aborted) engine.close();
    else show({ engine, manifest });
    return engine;
  });
}

/** Asks once more for what could not be had: the index, or the model alone. */
async function openAgain(): Promise<void> {
  const { engine } = state;
  if (!engine) return openEngine();
  const { signal } = opening;
  await follow(signal, async () => {
    await engine.reopen?.();
    const manifest = await readManifest(signal);
    if (!signal.aborted) show({ manifest });
    return engine;
  });
}

async function readManifest(signal: AbortSignal): Promise<Manifest> {
  return parseManifest(await (await fetch('manifest.json', { signal })).text());
}

/** Says how far an opening is, and searches as soon as that can be done. */
async function follow(signal: AbortSignal, attempt: () => Promise<SearchEngine>): Promise<void> {
  hasFailed = false;
  isOpening = true;
  show({ status: OPENING, failure: '', loading: '' });
  try {
    const engine = await attempt();
    if (signal.aborted) return;
    show({ status: 'Quick results can be had; the encoder is on its way.' });
    if (state.query) void run();
    await engine.ready;
    if (signal.aborted) return;
    isOpening = false;
    show({ status: '', loading: '' });
  } catch (error) {
    if (signal.aborted) return;
    hasFailed = true;
    isOpening = false;
    show({ status: String(error), loading: '' });
  }
}

async function run(): Promise<void> {
  const mine = ++searching;
  const { engine, query } = state;
  if (!engine || !query.trim()) return;
  const isCurrent = () => mine === searching && engine === state.engine;
  show({ instant: undefined, full: undefined, plain: undefined, explained: undefined, failure: '' });
  try {
    if (state.manifest?.queryEncoder.queryTable) {
      const instant = await engine.search(query, { limit: LIMIT, stage: 'instant' });
      if (!isCurrent()) return;
      show({ instant });
    }
    const full = await engine.search(query, { limit: LIMIT });
    if (!isCurrent()) return;
    show({ full });
    const plain = await engine.search(query, { limit: LIMIT, exact: false, queryCodes: full.queryCodes });
    if (!isCurrent()) return;
    show({ plain });
    if (full.hits[0]) await explain(full.hits[0]);
  } catch (error) {
    if (isCurrent() && (error as { code?: string }).code !== 'aborted') fail(error);
  }
}

async function explain(hit: Hit): Promise<void> {
  const { engine, query } = state;
  const mine = searching;
  const isCurrent = () => mine === searching && engine === state.engine;
  show({ failure: '' });
  try {
    const explanation = await engine!.explain(query, hit);
    if (isCurrent()) show({ explained: { hit, explanation } });
  } catch (error) {
    if (isCurrent()) fail(error);
  }
}

function fail(error: unknown): void {
  hasFailed ||= MISSING.includes((error as { code?: string }).code ?? '');
  show({ failure: String(error) });
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1);
const milliseconds = (value: number | undefined) => (value === undefined ? '' : value.toFixed(1));

function view() {
  const { engine, manifest, status, failure, loading } = state;
  return html`
    <form role="search" @submit=${onSubmit}>
      <label for="query">Query</label>
      <input id="query" type="search" autocomplete="off" spellcheck="false" dir="auto" .value=${state.query} />
      <button>Search</button>
      <label for="device">Device</label>
      <select id="device" @change=${onDevice}>
        ${(['auto', 'wasm', 'webgpu'] as const).map(
          (device) => html`<option ?selected=${device === state.device}>${device}</option>`,
        )}
      </select>
    </form>
    <p role="status">${failure || status || (engine ? describe(engine) : '')}</p>
    ${loading ? html`<p class="loading">${loading}</p>` : nothing}
    ${(state.full ?? state.instant) ? html`${timesView()} ${ranksView()} ${alignmentView()}` : nothing}
    ${manifest && engine ? bytesView(manifest, engine.backend) : nothing}
  `;
}

function describe({ backend, passageCount, notice, sites }: SearchEngine): string {
  return `${passageCount.toLocaleString('en')} passages on ${sites[0].pageCount.toLocaleString('en')} pages, scored by ${backend}. ${notice}`;
}

function timesView() {
  const { instant, full } = state;
  return html`<section aria-labelledby="times">
    <h2 id="times">Time, in milliseconds</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Step</th>
          ${instant ? html`<th scope="col">Quick stage</th>` : nothing}
          <th scope="col">Full stage</th>
        </tr>
      </thead>
      <tbody>
        ${STAGES.map(
          ([key, name]) => html`<tr>
            <th scope="row">${name}</th>
            ${instant ? html`<td>${milliseconds(instant.timings[key])}</td>` : nothing}
            <td>${milliseconds(full?.timings[key])}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function ranksView() {
  const { engine, full, plain, instant, explained } = state;
  const columns = [
    { name: 'Full', result: full },
    { name: 'By meaning alone', result: plain },
    { name: 'Quick', result: instant },
  ].filter(({ result }) => result);
  const rows = compareRanks(columns.map(({ result }) => result));
  const exact = full?.exact ?? [];
  return html`<section aria-labelledby="ranks">
    <h2 id="ranks">Ranking</h2>
    ${
      exact.length > 0
        ? html`<p>
            Looked up letter by letter:
            ${exact.map(({ text, found }) => html`<code>${text}</code>${found ? '' : ' (nowhere)'} `)}
          </p>`
        : nothing
    }
    ${
      full?.phrasesMissed
        ? html`<p>No passage has all that is in quotation marks: those of the full stage are without the marks.</p>`
        : nothing
    }
    ${
      full?.corrections.length
        ? html`<p>Searched for: ${full.corrections.map(({ from, to }) => html`${to}, not <bdi>${from}</bdi>. `)}</p>`
        : nothing
    }
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}
            <th scope="col">Score</th>
            <th scope="col">Passage</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({
              hit,
              places,
            }) => html`<tr ?data-current=${explained?.hit.id === hit.id && explained.hit.site === hit.site}>
              ${places.map((place) => html`<td>${place ?? '–'}</td>`)}
              <td>${hit.score.toLocaleString('en')}</td>
              <td>
                <button type="button" ?disabled=${engine?.stage !== 'full'} @click=${() => void explain(hit)}>
                  <bdi>${[hit.title, ...hit.headings].join(' › ')}</bdi>
                </button>
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function alignmentView() {
  const { explained } = state;
  if (!explained) return nothing;
  return html`<section aria-labelledby="alignment">
    <h2 id="alignment">Why: <bdi>${explained.hit.title}</bdi></h2>
    <p>Query words from top to bottom, the passage's words from left to right; darker is more alike.</p>
    <alignment-picture .explanation=${explained.explanation}></alignment-picture>
  </section>`;
}

function bytesView(manifest: Manifest, backend: string) {
  const rows = byteReport(manifest, backend);
  return html`<section aria-labelledby="bytes">
    <h2 id="bytes">Bytes, before compression</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">For</th>
          <th scope="col">Files</th>
          <th scope="col">MB</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ name, when, files, bytes }) => html`<tr>
            <th scope="row">${name}</th>
            <td>${when}</td>
            <td>${files.toLocaleString('en')}</td>
            <td>${megabytes(bytes)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function onSubmit(event: SubmitEvent): void {
  event.preventDefault();
  const query = document.querySelector<HTMLInputElement>('#query')!.value;
  keepQuery(query);
  ask(query);
}

function ask(query: string): void {
  show({ query });
  void (hasFailed ? openAgain() : run());
}

function onDevice(event: Event): void {
  state.device = (event.target as HTMLSelectElement).value as typeof state.device;
  void openEngine();
}

window.addEventListener('hashchange', ({ newURL }) => ask(takeQuery(newURL)));

render(view(), main);
void openEngine();
