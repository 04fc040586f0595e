import type { LatencySummary, Quantiles } from './latencies.ts';
import type { Fault, Verdict } from './verdict.ts';

/** One line of the summary: the result of one seed. */
export interface Outcome {
  /** The seed, or the checked file. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly posts: number;
  readonly kills: number;
  readonly problems: readonly string[];
}

export function hasPassed({ verdict, problems }: Pick<Outcome, 'verdict' | 'problems'>): boolean {
  return verdict.passed && problems.length === 0;
}

const columns: readonly (readonly [title: string, (outcome: Outcome) => string | number])[] = [
  ['seed', ({ name }) => name],
  ['posts', ({ posts }) => posts],
  ['kills', ({ kills }) => kills],
  ['expected', ({ verdict }) => verdict.expected],
  ['delivered', ({ verdict }) => verdict.delivered],
  ['lost', ({ verdict }) => verdict.faults.lost],
  ['duplicated', ({ verdict }) => verdict.faults.duplicated],
  ['out of order', ({ verdict }) => verdict.faults.outOfOrder],
  ['leaked', ({ verdict }) => verdict.faults.leaked],
  ['unknown', ({ verdict }) => verdict.faults.unknown],
  ['needless resets', ({ verdict }) => verdict.faults.needlessReset],
  ['seen', ({ verdict }) => verdict.seen],
  ['repeated', ({ verdict }) => verdict.repeated],
  ['resets', ({ verdict }) => verdict.resets],
  ['excused', ({ verdict }) => verdict.excused],
  ['problems', ({ problems }) => problems.length],
  ['verdict', (outcome) => (hasPassed(outcome) ? 'passed' : 'FAILED')],
];

/** A table of the outcomes with their totals. */
export function renderSummary(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => columns.map(([, value]) => value(outcome)));
  const totals = columns.map(([title], column) => {
    if (title === 'seed') return 'total';
    if (title === 'verdict') return outcomes.every(hasPassed) ? 'passed' : 'FAILED';
    return rows.reduce((sum, row) => sum + Number(row[column]), 0);
  });
  const lines = [columns.map(([title]) => title), ...rows, totals];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => String(line[column]).length)));
  return lines
    .map((line) => line.map((cell, column) => String(cell).padStart(widths[column] ?? 0)).join('  '))
    .map((line) => `${line}\n`)
    .join('');
}

export function renderLatencies({ quiet, disrupted }: LatencySummary): string {
  return `latency to applications at other nodes: quiet ${renderQuantiles(quiet)}; disrupted ${renderQuantiles(disrupted)}`;
}

function renderQuantiles({ count, p50Ms, p99Ms }: Quantiles): string {
  return `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms of ${count}`;
}

/** One line with what matters. */
export function renderDeliveries({ seen, faults }: Verdict): string {
  const { lost, duplicated, outOfOrder, leaked, unknown, needlessReset } = faults;
  return `${seen} deliveries: ${lost} lost, ${duplicated} duplicated, ${outOfOrder} out of order, ${leaked} leaked, ${unknown} unknown, ${needlessReset} needless resets`;
}

export function renderFault({ kind, client, atMs, detail }: Fault): string {
  return `${kind}: ${client} at ${(atMs / 1000).toFixed(3)} s: ${detail}`;
}
