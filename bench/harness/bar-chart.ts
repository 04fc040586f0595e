import { formatMetric, formatNumber } from './format.ts';
import type { Summary } from './results.ts';
import type { Metric } from './scenario.ts';
import { formatTick, path, rectangle, renderCanvas, text, ticksTo, width } from './svg.ts';

export interface Bar {
  readonly title: string;
  readonly summary: Summary;
  /** Whether the others are compared with it. */
  readonly isOwn: boolean;
}

const rowHeight = 34;
const barHeight = 18;
/** Room for the number at the end of the longest bar. */
const rightMargin = 72;
const characterWidth = 7.4;

/** Draws a horizontal bar per median, the best on top, with a line from the minimum to the maximum. */
export function renderBarChart(title: string, metric: Metric, bars: readonly Bar[]): string {
  const sign = metric.better === 'lower' ? 1 : -1;
  const sorted = bars.toSorted((one, other) => sign * (one.summary.median - other.summary.median));
  const left = 32 + characterWidth * Math.max(0, ...bars.map((bar) => bar.title.length));
  const ticks = ticksTo(Math.max(0, ...bars.map(({ summary }) => summary.max)));
  const scale = (width - left - rightMargin) / (ticks.at(-1) ?? 1);
  const x = (value: number) => left + value * scale;
  const plotHeight = sorted.length * rowHeight;
  return renderCanvas({
    title,
    subtitle: `${metric.better} is better; bars are medians, lines range from minimum to maximum`,
    plotHeight,
    content: [
      ...ticks.flatMap((tick) => [
        path(
          [
            [x(tick), 0],
            [x(tick), plotHeight],
          ],
          tick === 0 ? 'axis' : 'grid',
        ),
        text(formatTick(tick), x(tick), plotHeight + 18, 'quiet', 'middle'),
      ]),
      text(formatMetric(metric), (left + width - rightMargin) / 2, plotHeight + 40, 'quiet', 'middle'),
      ...sorted.flatMap((bar, row) => renderRow(bar, { middle: (row + 0.5) * rowHeight, left, x })),
    ],
  });
}

interface Row {
  /** The vertical distance from the top of the plot. */
  readonly middle: number;
  readonly left: number;
  /** The horizontal position of a value. */
  x(value: number): number;
}

function renderRow({ title, summary, isOwn }: Bar, row: Row): readonly string[] {
  const { middle, left } = row;
  const { median, min, max } = summary;
  const emphasis = isOwn ? 'strong' : '';
  const cap = (value: number) =>
    path(
      [
        [row.x(value), middle - 4],
        [row.x(value), middle + 4],
      ],
      'spread',
    );
  return [
    text(title, left - 10, middle + 4.5, emphasis, 'end'),
    rectangle(left, middle - barHeight / 2, [row.x(median) - left, barHeight], isOwn ? 'own' : 'other'),
    path(
      [
        [row.x(min), middle],
        [row.x(max), middle],
      ],
      'spread',
    ),
    cap(min),
    cap(max),
    text(formatNumber(median), row.x(max) + 8, middle + 4.5, emphasis),
  ];
}
