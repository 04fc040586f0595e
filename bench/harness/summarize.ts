import type { ScenarioResult, SubjectResult, Summary, TargetResult } from './results.ts';
import type { Sample, Scenario, Target } from './scenario.ts';

/** What became of a subject: why it could not run, or a sample of each round. */
export type Outcome = string | readonly Sample[];

/** The medians of a scenario's runs, and what they say of its targets. `outcomes` is by the names of subjects. */
export function summarize(scenario: Scenario, outcomes: ReadonlyMap<string, Outcome>): ScenarioResult {
  const { name, title, about, metrics } = scenario;
  const subjects = scenario.subjects.flatMap((subject): readonly SubjectResult[] => {
    const outcome = outcomes.get(subject.name);
    if (outcome === undefined) return [];
    const shown = { name: subject.name, title: subject.title };
    if (typeof outcome === 'string') return [{ ...shown, notRun: outcome, wrong: [], values: {} }];
    const valid = outcome.filter(({ wrong }) => wrong.length === 0);
    const values = metrics.flatMap((metric) => {
      const numbers = valid.flatMap((sample) => sample.values[metric.name] ?? []);
      return numbers.length === 0 ? [] : [[metric.name, summaryOf(numbers)] as const];
    });
    const wrong = outcome.flatMap((sample) => sample.wrong);
    return [{ ...shown, notRun: null, wrong, values: Object.fromEntries(values) }];
  });
  const targets = scenario.targets.map((target) => judge(target, subjects));
  return { name, title, about, metrics, subjects, targets };
}

function summaryOf(values: readonly number[]): Summary {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

function judge(target: Target, subjects: readonly SubjectResult[]): TargetResult {
  const { metric, subject, against, atMost = Infinity, atLeast = -Infinity } = target;
  const medianOf = (name: string) => subjects.find((found) => found.name === name)?.values[metric]?.median;
  const own = medianOf(subject);
  const base = against === undefined ? 1 : medianOf(against);
  if (own === undefined || base === undefined) return { ...target, value: null, verdict: 'unknown' };
  const value = own / base;
  return { ...target, value, verdict: value <= atMost && value >= atLeast ? 'met' : 'not met' };
}
