import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioResult } from './results.ts';
import type { RunOptions, Sample, Scenario, Subject } from './scenario.ts';
import { type Outcome, summarize } from './summarize.ts';

export interface RunnerOptions extends RunOptions {
  /** How often each subject is run. */
  readonly rounds: number;
  /** Told what is about to be done. */
  readonly progress: (text: string) => void;
}

/** A run that takes longer is void: it hangs. */
const longestRunMs = 180_000;

/**
 * Runs all subjects of each scenario in turn, and that several times over: what slows the machine down
 * for a while then slows down all of them, and medians leave it out. A subject that fails makes its own
 * sample void, and nothing else.
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  options: RunnerOptions,
): Promise<readonly ScenarioResult[]> {
  const remaining = new Remaining(scenarios, options.rounds);
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    const outcomes = await prepareAll(scenario, remaining, options);
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const subject of scenario.subjects) {
        const samples = outcomes.get(subject.name);
        if (samples === undefined || typeof samples === 'string') continue;
        options.progress(
          `${scenario.name}, round ${round} of ${options.rounds}: ${subject.title} (${remaining.describe()})`,
        );
        const startMs = performance.now();
        const sample = await runOnce(subject, options);
        remaining.ran(performance.now() - startMs);
        outcomes.set(subject.name, [...samples, sample]);
        for (const wrong of sample.wrong) options.progress(`  void: ${wrong}`);
      }
    }
    results.push(summarize(scenario, outcomes));
  }
  return results;
}

async function prepareAll(
  { name, subjects }: Scenario,
  remaining: Remaining,
  { rounds, progress }: RunnerOptions,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const subject of subjects) {
    const reason = await subject.prepare().catch(messageOf);
    outcomes.set(subject.name, reason ?? []);
    if (reason === null) continue;
    remaining.skip(rounds);
    progress(`${name}: ${subject.title} is left out: ${reason}`);
  }
  return outcomes;
}

async function runOnce(subject: Subject, { quick }: RunnerOptions): Promise<Sample> {
  const done = new AbortController();
  const limit = sleep(longestRunMs, undefined, { signal: done.signal }).then((): Sample => {
    return { values: {}, wrong: [`not done after ${longestRunMs / 1000} s`] };
  });
  limit.catch(() => {});
  try {
    return await Promise.race([subject.run({ quick }), limit]);
  } catch (thrown) {
    return { values: {}, wrong: [messageOf(thrown)] };
  } finally {
    done.abort();
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** How many runs are left, and how long they may take if they are like those so far. */
class Remaining {
  #runs: number;
  #done = 0;
  #doneMs = 0;

  constructor(scenarios: readonly Scenario[], rounds: number) {
    this.#runs = scenarios.reduce((sum, { subjects }) => sum + subjects.length * rounds, 0);
  }

  skip(runs: number): void {
    this.#runs -= runs;
  }

  ran(ms: number): void {
    this.#runs -= 1;
    this.#done += 1;
    this.#doneMs += ms;
  }

  describe(): string {
    const runs = this.#runs === 1 ? 'the last run' : `${this.#runs} runs to go`;
    if (this.#done === 0) return runs;
    const minutes = ((this.#doneMs / this.#done) * this.#runs) / 60_000;
    return `${runs}, about ${minutes < 1 ? 'a minute' : `${Math.ceil(minutes)} minutes`}`;
  }
}
