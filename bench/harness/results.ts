import type { Metric, Target } from './scenario.ts';

/** The content of `results.json`. */
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
  /** The version of the server and the load generator. */
  readonly node: string;
  /** The commit of the project, with `+` if files differ from it; null outside of a clone. */
  readonly commit: string | null;
  /** The versions of the packages and toolchains of the peers, if installed. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly metrics: readonly Metric[];
  /** The others are compared with the first. */
  readonly subjects: readonly SubjectResult[];
  readonly targets: readonly TargetResult[];
}

export interface SubjectResult {
  readonly name: string;
  readonly title: string;
  /** Why the subject cannot run on this machine; null if it ran. */
  readonly notRun: string | null;
  /** Why turns were void; void turns do not count. */
  readonly wrong: readonly string[];
  /** By metric, over the valid turns; empty if there are none. */
  readonly values: Readonly<Record<string, Summary>>;
  /** The ratio of the scenario's first metric to that of the first subject, per turn; null if there is none. */
  readonly ratio: Summary | null;
}

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface TargetResult extends Target {
  /** The ratio to the other subject per turn, or the value of a single subject; null without valid turns. */
  readonly measured: Summary | null;
  readonly verdict: 'met' | 'not met' | 'unknown';
}

/** The faults that make the whole run void; empty if there are none. */
export function faultsOf(scenarios: readonly ScenarioResult[]): readonly string[] {
  return scenarios.flatMap(({ name, subjects }) =>
    subjects.flatMap((subject) => subject.wrong.map((wrong) => `${name}, ${subject.name}: ${wrong}`)),
  );
}
