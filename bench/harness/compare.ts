import { formatNumber } from './format.ts';
import { table } from './markdown-table.ts';
import type { Results, ScenarioResult, SubjectResult } from './results.ts';

/** Smaller changes are noise. */
const noise = 0.1;

interface Change {
  readonly scenario: string;
  readonly metric: string;
  readonly own: string;
  readonly other: string;
  /** Our subject's value relative to that of the other. */
  readonly earlier: number;
  readonly now: number;
  readonly verdict: 'same' | 'better' | 'worse';
}

/**
 * How our server has changed against an earlier run, in Markdown. What is compared are the ratios of both runs
 * to the same other subject, so that a machine that is faster or slower today makes no difference.
 */
export function renderComparison(earlier: Results, now: Results): string {
  const changes = now.scenarios.flatMap((scenario) => {
    const before = earlier.scenarios.find(({ name }) => name === scenario.name);
    return before === undefined ? [] : compare(before, scenario);
  });
  const rows = changes.map((change) => [
    `${change.scenario}: ${change.metric}, ${change.own} / ${change.other}`,
    formatNumber(change.earlier),
    formatNumber(change.now),
    formatNumber(change.now / change.earlier),
    change.verdict,
  ]);
  return [
    `## Against the run of ${earlier.startedAt} (${earlier.machine.commit ?? 'unknown commit'})`,
    'Medians of the ratios then and now. A change of less than 10 % counts as none.',
    rows.length === 0
      ? 'The runs have no two subjects of a scenario in common.'
      : table(['ratio', 'then', 'now', 'now / then', 'verdict'], rows),
  ].join('\n\n');
}

function compare(before: ScenarioResult, { name, metrics, subjects }: ScenarioResult): readonly Change[] {
  const [metric] = metrics;
  const [own, ...others] = subjects;
  if (metric === undefined || own === undefined) return [];
  return others.flatMap((other): readonly Change[] => {
    const ratioIn = (of: readonly SubjectResult[]) =>
      1 / (of.find(({ name: found }) => found === other.name)?.ratio?.median ?? Number.NaN);
    const earlier = ratioIn(before.subjects);
    const now = ratioIn(subjects);
    if (before.subjects[0]?.name !== own.name || !Number.isFinite(earlier) || !Number.isFinite(now))
      return [];
    const gain = metric.better === 'lower' ? earlier / now - 1 : now / earlier - 1;
    const verdict = Math.abs(now / earlier - 1) < noise ? 'same' : gain > 0 ? 'better' : 'worse';
    return [
      { scenario: name, metric: metric.title, own: own.title, other: other.title, earlier, now, verdict },
    ];
  });
}
