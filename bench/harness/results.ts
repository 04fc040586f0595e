import type { Metric, Target } from './scenario.ts';

/** What `results.json` holds. */
export interface Results {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly scenarios: readonly ScenarioResult[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  /** Of the server and the load generator. */
  readonly node: string;
  /** Of the project; `+` at the end where files differ from it, null outside of a clone. */
  readonly commit: string | null;
  /** Of packages and toolchains that peers are made of, as far as they are there. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly metrics: readonly Metric[];
  /** The first is what the others are compared with. */
  readonly subjects: readonly SubjectResult[];
  readonly targets: readonly TargetResult[];
}

export interface SubjectResult {
  readonly name: string;
  readonly title: string;
  /** Why it cannot run on this machine; null if it ran. */
  readonly notRun: string | null;
  /** What made turns void; they count for nothing else. */
  readonly wrong: readonly string[];
  /** By metric, of the valid turns; empty where there is none. */
  readonly values: Readonly<Record<string, Summary>>;
  /** Of the scenario's first metric to that of the first subject, each turn to the same turn; null where there is none. */
  readonly ratio: Summary | null;
}

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface TargetResult extends Target {
  /** Of the ratio of each turn to the same turn of the other, or of one subject alone; null where one gave nothing. */
  readonly measured: Summary | null;
  readonly verdict: 'met' | 'not met' | 'unknown';
}

/** What makes the whole run void; empty if nothing does. */
export function faultsOf(scenarios: readonly ScenarioResult[]): readonly string[] {
  return scenarios.flatMap(({ name, subjects }) =>
    subjects.flatMap((subject) => subject.wrong.map((wrong) => `${name}, ${subject.name}: ${wrong}`)),
  );
}
