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
  /** What made runs void; they count for nothing else. */
  readonly wrong: readonly string[];
  /** By metric, of the valid runs; empty where there is none. */
  readonly values: Readonly<Record<string, Summary>>;
}

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface TargetResult extends Target {
  /** The ratio, or the median alone; null where a subject gave none. */
  readonly value: number | null;
  readonly verdict: 'met' | 'not met' | 'unknown';
}

/** What makes the whole run void; empty if nothing does. */
export function faultsOf(scenarios: readonly ScenarioResult[]): readonly string[] {
  return scenarios.flatMap(({ name, subjects }) =>
    subjects.flatMap((subject) => subject.wrong.map((wrong) => `${name}, ${subject.name}: ${wrong}`)),
  );
}
