import { formatMetric, formatNumber } from './format.ts';
import type { Summary } from './results.ts';
import type { Metric } from './scenario.ts';
import { dot, formatTick, path, renderCanvas, text, ticksTo, width } from './svg.ts';

export interface Point {
  readonly at: number;
  readonly summary: Summary;
}

const left = 72;
const right = width - 48;
const plotHeight = 260;

/** Draws a line through the medians of a growing quantity, with the spread at each point. Both axes start at zero. */
export function renderLineChart(
  title: string,
  metric: Metric,
  axis: string,
  points: readonly Point[],
): string {
  const sorted = points.toSorted((one, other) => one.at - other.at);
  const most = sorted.at(-1)?.at ?? 0;
  // Leaves room for the numbers above the line.
  const ticks = ticksTo(1.1 * Math.max(0, ...points.map(({ summary }) => summary.max)));
  const x = (at: number) => left + (most === 0 ? 0 : (at / most) * (right - left));
  const y = (value: number) => plotHeight * (1 - value / (ticks.at(-1) ?? 1));
  return renderCanvas({
    title,
    subtitle: `${formatMetric(metric)}; ${metric.better} is better; medians, with minimum and maximum`,
    plotHeight,
    content: [
      ...ticks.flatMap((tick) => [
        path(
          [
            [left, y(tick)],
            [right, y(tick)],
          ],
          tick === 0 ? 'axis' : 'grid',
        ),
        text(formatTick(tick), left - 10, y(tick) + 4.5, 'quiet', 'end'),
      ]),
      text(axis, (left + right) / 2, plotHeight + 40, 'quiet', 'middle'),
      path(
        sorted.map(({ at, summary }) => [x(at), y(summary.median)]),
        'line',
      ),
      ...sorted.flatMap(({ at, summary: { median, min, max } }) => [
        path(
          [
            [x(at), y(min)],
            [x(at), y(max)],
          ],
          'spread',
        ),
        dot(x(at), y(median), 'own'),
        text(formatNumber(median), x(at), y(max) - 10, '', 'middle'),
        text(formatTick(at), x(at), plotHeight + 18, 'quiet', 'middle'),
      ]),
    ],
  });
}
