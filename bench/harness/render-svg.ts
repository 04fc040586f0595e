import { renderBarChart } from './bar-chart.ts';
import { renderLineChart } from './line-chart.ts';
import type { ScenarioResult } from './results.ts';

/**
 * The plot of a scenario's first metric: bars, or a line if the subjects are sizes of the same thing,
 * with titles such as '1,000 connections' and '2,000 connections'.
 */
export function renderSvg({ title, metrics, subjects }: ScenarioResult): string {
  const [metric] = metrics;
  if (metric === undefined) throw new Error(`${title} has no metric.`);
  const measured = subjects.flatMap((subject, index) => {
    const summary = subject.values[metric.name];
    return summary === undefined ? [] : [{ title: subject.title, summary, isOwn: index === 0 }];
  });
  const points = measured.map((bar) => ({ ...bar, ...sizeOf(bar.title) }));
  const axes = new Set(points.map(({ axis }) => axis));
  const [axis] = axes;
  if (axis === undefined || axes.size > 1 || points.length < 2)
    return renderBarChart(title, metric, measured);
  return renderLineChart(
    title,
    metric,
    axis,
    points.map(({ at = 0, summary }) => ({ at, summary })),
  );
}

function sizeOf(title: string): { readonly at?: number; readonly axis?: string } {
  const [, digits, axis] = /^([\d,]+) (.+)$/.exec(title) ?? [];
  if (digits === undefined || axis === undefined) return {};
  return { at: Number(digits.replaceAll(',', '')), axis };
}
