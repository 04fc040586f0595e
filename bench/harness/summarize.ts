import type { ScenarioResult, SubjectResult, Summary, TargetResult } from './results.ts';
import type { Sample, Scenario, Target } from './scenario.ts';

/** The outcome of a subject: why it could not run, or a sample per turn. */
export type Outcome = string | readonly Sample[];

/**
 * The medians of a scenario's turns, and whether they meet its targets. `outcomes` is by subject name.
 * Ratios are taken within a turn, in which both subjects ran on the machine in the same state; their median counts.
 */
export function summarize(scenario: Scenario, outcomes: ReadonlyMap<string, Outcome>): ScenarioResult {
  const { name, title, about, metrics } = scenario;
  const samplesOf = (subject: string): readonly Sample[] => {
    const outcome = outcomes.get(subject);
    return outcome === undefined || typeof outcome === 'string' ? [] : outcome;
  };
  const first = { metric: metrics[0]?.name ?? '', subject: scenario.subjects[0]?.name ?? '' };

  const subjects = scenario.subjects.flatMap((subject): readonly SubjectResult[] => {
    const outcome = outcomes.get(subject.name);
    if (outcome === undefined) return [];
    const shown = { name: subject.name, title: subject.title };
    if (typeof outcome === 'string')
      return [{ ...shown, notRun: outcome, wrong: [], values: {}, ratio: null }];
    const values = metrics.flatMap((metric) => {
      const summary = summaryOf(valuesOf(outcome, metric.name));
      return summary === null ? [] : [[metric.name, summary] as const];
    });
    const ratio = summaryOf(ratiosOf(outcome, samplesOf(first.subject), first.metric));
    const wrong = [...new Set(outcome.flatMap((sample) => sample.wrong))];
    return [{ ...shown, notRun: null, wrong, values: Object.fromEntries(values), ratio }];
  });
  const targets = scenario.targets.map((target) => judge(target, samplesOf));
  return { name, title, about, metrics, subjects, targets };
}

function measuredIn(sample: Sample | undefined, metric: string): number | undefined {
  return sample?.wrong.length === 0 ? sample.values[metric] : undefined;
}

function valuesOf(samples: readonly Sample[], metric: string): readonly number[] {
  return samples.flatMap((sample) => measuredIn(sample, metric) ?? []);
}

function ratiosOf(samples: readonly Sample[], others: readonly Sample[], metric: string): readonly number[] {
  return samples.flatMap((sample, turn) => {
    const own = measuredIn(sample, metric);
    const other = measuredIn(others[turn], metric);
    return own === undefined || other === undefined ? [] : own / other;
  });
}

function summaryOf(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

function judge(target: Target, samplesOf: (subject: string) => readonly Sample[]): TargetResult {
  const { metric, subject, against, atMost = Infinity, atLeast = -Infinity } = target;
  const own = samplesOf(subject);
  const measured = summaryOf(
    against === undefined ? valuesOf(own, metric) : ratiosOf(own, samplesOf(against), metric),
  );
  if (measured === null) return { ...target, measured, verdict: 'unknown' };
  const isMet = measured.median <= atMost && measured.median >= atLeast;
  return { ...target, measured, verdict: isMet ? 'met' : 'not met' };
}
