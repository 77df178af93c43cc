// The chart of docs/scale.md: three small panels of cost against passages. Plain SVG, readable on light and dark pages.

import type { Scored, Size } from './scale.ts';

const WIDTH = 300;
const HEIGHT = 190;
const LEFT = 52;
const BOTTOM = 34;
const TOP = 44;
const COLOURS = ['#2a78d6', '#d9730d'];

interface Panel {
  title: string;
  unit: string;
  series: { name: string; value: (size: Size) => number }[];
}

const byWorkers = (value: (scored: Scored) => number) =>
  [0, 1].map((i) => ({ name: i === 0 ? 'one worker' : 'two workers', value: (size: Size) => value(size.scored[i]) }));

const PANELS: Panel[] = [
  { title: 'Whole search, median', unit: 'ms', series: byWorkers(({ totalMs }) => totalMs[0]) },
  { title: 'Opening, all cached, median', unit: 'ms', series: byWorkers(({ openMs }) => openMs) },
  {
    title: 'Memory and codes',
    unit: 'MB',
    series: [
      { name: 'one worker', value: ({ scored }) => scored[0].residentBytes / 1e6 },
      { name: 'codes', value: ({ codeBytes }) => codeBytes / 1e6 },
    ],
  },
];

/** 1, 2 or 5 times a power of ten, so that about four steps reach `largest`. */
function step(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(largest / 4));
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size * 4 >= largest)!;
}

function panel({ title, unit, series }: Panel, sizes: Size[], at: number): string {
  const most = Math.max(...sizes.map(({ passageCount }) => passageCount));
  const largest = Math.max(...series.flatMap(({ value }) => sizes.map(value)));
  const x = (passages: number) => (LEFT + (passages / most) * (WIDTH - LEFT - 16)).toFixed(1);
  const y = (value: number) => (HEIGHT - BOTTOM - (value / (step(largest) * 4)) * (HEIGHT - BOTTOM - TOP)).toFixed(1);
  const ticks = [0, 1, 2, 3, 4].map((i) => i * step(largest));
  const xTicks = [0, 0.5, 1].map((share) => share * most);
  const parts = [
    `<text x="${LEFT}" y="14" class="title">${title}, ${unit}</text>`,
    ...ticks.map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - 16}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/><text x="${LEFT - 6}" y="${y(tick)}" dy="4" text-anchor="end">${tick}</text>`,
    ),
    ...xTicks.map(
      (tick) => `<text x="${x(tick)}" y="${HEIGHT - 18}" text-anchor="middle">${Math.round(tick / 1000)}k</text>`,
    ),
    `<text x="${(LEFT + WIDTH - 16) / 2}" y="${HEIGHT - 3}" text-anchor="middle">passages</text>`,
    ...series.flatMap(({ name, value }, i) => [
      `<polyline points="${sizes.map((size) => `${x(size.passageCount)},${y(value(size))}`).join(' ')}" fill="none" stroke="${COLOURS[i]}" stroke-width="2"/>`,
      ...sizes.map(
        (size) => `<circle cx="${x(size.passageCount)}" cy="${y(value(size))}" r="3" fill="${COLOURS[i]}"/>`,
      ),
      `<circle cx="${LEFT + i * 122 + 3}" cy="26" r="3" fill="${COLOURS[i]}"/><text x="${LEFT + i * 122 + 11}" y="30">${name}</text>`,
    ]),
  ];
  return `<g transform="translate(${at * WIDTH},0)">${parts.join('\n')}</g>`;
}

/** @param sizes ascending by passages */
export function scaleChart(sizes: Size[]): string {
  const width = WIDTH * PANELS.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="Search time, opening time and memory against the number of passages">
<style>text{font:11px system-ui,sans-serif;fill:#57606a}.title{font-weight:600;fill:#24292f}.grid{stroke:#8886}
@media(prefers-color-scheme:dark){text{fill:#9aa4ae}.title{fill:#e6edf3}}</style>
${PANELS.map((one, i) => panel(one, sizes, i)).join('\n')}
</svg>
`;
}
