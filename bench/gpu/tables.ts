// The report as tables of text: what the page shows and what is copied as Markdown.

import type { KernelRow } from './measure-kernel.ts';
import type { GpuReport } from './run.ts';

export interface Table {
  title: string;
  note: string;
  head: string[];
  rows: string[][];
}

const digits = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
const scores = ({ scoresChecked, scoresDifferent }: KernelRow) =>
  scoresDifferent ? `${scoresDifferent} DIFFER` : `${scoresChecked.toLocaleString('en')} equal`;
const passages = (count: number) => count.toLocaleString('en');
const BOUND_HEAD = ['bound ms', 'by', 'share'];
const boundOf = (row: KernelRow) => [
  digits(Math.max(row.bytesBoundMs, row.dotsBoundMs)),
  row.bound,
  percent(row.share),
];

function adapterLine({ adapter }: Partial<GpuReport>): string {
  if (!adapter) return '';
  const names = [adapter.vendor, adapter.architecture, adapter.device, adapter.description].filter(Boolean);
  const [least, most] = adapter.subgroupSizes;
  const subgroups = adapter.features.includes('subgroups')
    ? `subgroups of ${least === most ? least : `${least} to ${most}`}`
    : 'no subgroups';
  return [
    ...names,
    subgroups,
    adapter.software && 'a software adapter: small sizes, and speeds that say nothing about GPUs',
  ]
    .filter(Boolean)
    .join(', ');
}

export function toTables(report: Partial<GpuReport>): Table[] {
  const { roofline, shapes = [], variants = [], searches = [] } = report;
  const tables: Table[] = [];
  if (roofline) {
    const { readGBs, copyGBs, packedGdots, floatGdots } = roofline;
    tables.push({
      title: 'The device',
      note: `${adapterLine(report)}. Timed by ${report.timedBy === 'queue' ? 'the queue, as there are no timestamp queries' : 'timestamp queries'}.`,
      head: ['', 'a second'],
      rows: [
        ['reading', `${digits(readGBs)} GB`],
        ['copying, bytes read and written', `${digits(copyGBs)} GB`],
        ['dot4I8Packed', packedGdots ? `${digits(packedGdots)} billion` : 'not in this browser'],
        ['the same by f32 multiply-adds', `${digits(floatGdots)} billion`],
      ],
    });
  }
  if (shapes.length > 0) {
    tables.push({
      title: 'The kernel',
      note: '128 dimensions, 32 rows a passage on average. The bound is the codes read once, or the dot products, at the speeds above. More than 100% means that codes stayed in a cache.',
      head: ['passages', 'bytes a row', 'query tokens', 'min ms', 'median ms', ...BOUND_HEAD, 'scores'],
      rows: shapes.map((row) => [
        passages(row.passageCount),
        `${row.rowBytes}`,
        `${row.tokenCount}`,
        digits(row.minMs),
        digits(row.medianMs),
        ...boundOf(row),
        scores(row),
      ]),
    });
  }
  if (searches.length > 0) {
    tables.push({
      title: 'A whole search',
      note: 'Best 10 of all, median of 7 calls, with the read-back; then its passes on the GPU in the last one, which browsers may round (Chromium: to 0.1 ms).',
      head: ['passages', 'bytes a row', 'query tokens', 'median ms', 'MaxSim ms', 'top-k ms'],
      rows: searches.map(({ passageCount, rowBytes, tokenCount, searchMedianMs, gpuTimings }) => [
        passages(passageCount),
        `${rowBytes}`,
        `${tokenCount}`,
        digits(searchMedianMs),
        gpuTimings ? digits(gpuTimings.maxsimMs) : '',
        gpuTimings ? digits(gpuTimings.topKMs) : '',
      ]),
    });
  }
  if (variants.length > 0) {
    const [{ passageCount, rowBytes, tokenCount }] = variants;
    tables.push({
      title: 'Variants of the kernel',
      note: `${passages(passageCount)} passages, ${rowBytes} bytes a row, ${tokenCount} query tokens.`,
      head: ['arithmetic', 'subgroups', 'tokens at once', 'min ms', 'median ms', ...BOUND_HEAD, 'scores'],
      rows: variants.map((row) => [
        row.arithmetic,
        row.subgroups ? 'with' : 'without',
        `${row.tokenTile}`,
        digits(row.minMs),
        digits(row.medianMs),
        ...boundOf(row),
        scores(row),
      ]),
    });
  }
  return tables;
}

export function toMarkdown(report: GpuReport): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const tables = toTables(report).map(({ title, note, head, rows }) =>
    [`**${title}.** ${note}`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'),
  );
  const verdict = report.allEqual ? 'Every score equals WebAssembly.' : 'SCORES DIFFER.';
  return `${[`Latelight ${report.commit}, ${report.date.slice(0, 10)}, ${report.userAgent}. ${verdict}`, ...tables].join('\n\n')}\n`;
}
