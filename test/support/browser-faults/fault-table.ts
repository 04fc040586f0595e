import type { FaultTimings } from './fault.ts';
import type { FaultResult } from './fault-result.ts';

const header = [
  '| fault | how | messages | lost | twice | lasted | noticed | latest message |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];

/** The results as a table in Markdown. */
export function renderFaults(results: readonly FaultResult[], timings: FaultTimings): string {
  const rows = results.map(
    ({ fault, published, lost, duplicated, lastedMs, noticedMs, latestMs }) =>
      `| ${[
        fault.name,
        fault.how(timings),
        published.toLocaleString('en'),
        lost,
        duplicated,
        lastedMs === 0 ? '–' : seconds(lastedMs),
        noticedMs === null ? 'connection kept' : seconds(noticedMs),
        seconds(latestMs),
      ].join(' | ')} |`,
  );
  return `${[...header, ...rows].join('\n')}\n`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
