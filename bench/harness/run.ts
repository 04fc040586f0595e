import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioResult } from './results.ts';
import type { OpenSubject, RunOptions, Sample, Scenario, Subject } from './scenario.ts';
import { type Outcome, summarize } from './summarize.ts';

export interface RunnerOptions extends RunOptions {
  /** The number of times that each subject is started. */
  readonly rounds: number;
  /** The maximum number of open connections. */
  readonly mostConnections: number;
  /** Called with what is about to be measured. */
  readonly progress: (text: string) => void;
}

/** A measurement that takes longer is void. */
const longestMs = 180_000;

/**
 * Measures all subjects of each scenario in turn, several times: whatever slows the machine down for a while
 * then slows down all of them. If a subject fails, only its own samples are void.
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  options: RunnerOptions,
): Promise<readonly ScenarioResult[]> {
  const remaining = new Remaining(scenarios, options.rounds);
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    const left = await leaveOut(scenario, remaining, options);
    const subjects = scenario.subjects.filter(({ name }) => !left.has(name));
    const samples = new Map(subjects.map(({ name }): [string, Sample[]] => [name, []]));
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const group of groupsOf(scenario, subjects, options.mostConnections)) {
        const report = (text: string): void =>
          options.progress(
            `${scenario.name}, round ${round} of ${options.rounds}: ${text} (${remaining.describe()})`,
          );
        const of = (subject: Subject): Sample[] => samples.get(subject.name) ?? [];
        await measureGroup({ group, turns: scenario.turns ?? 1, of, report, remaining }, options);
      }
    }
    results.push(summarize(scenario, new Map<string, Outcome>([...left, ...samples])));
  }
  return results;
}

/** Groups of subjects that are open at the same time: one, or as many as the connection limit allows. */
function groupsOf(
  { turns }: Scenario,
  subjects: readonly Subject[],
  mostConnections: number,
): readonly (readonly Subject[])[] {
  if (turns === undefined) return subjects.map((subject) => [subject]);
  const groups: Subject[][] = [];
  let room = 0;
  for (const subject of subjects) {
    const { connections = 0 } = subject;
    const group = groups.at(-1);
    if (group === undefined || connections > room) {
      groups.push([subject]);
      room = mostConnections;
    } else {
      group.push(subject);
    }
    room -= connections;
  }
  return groups;
}

interface Group {
  readonly group: readonly Subject[];
  readonly turns: number;
  /** The samples of a subject. */
  readonly of: (subject: Subject) => Sample[];
  readonly report: (text: string) => void;
  readonly remaining: Remaining;
}

async function measureGroup(
  { group, turns, of, report, remaining }: Group,
  { quick, progress }: RunnerOptions,
): Promise<void> {
  const opened: { readonly subject: Subject; readonly open: OpenSubject | Error }[] = [];
  for (const subject of group) {
    if (turns > 1) report(`starting ${subject.title}`);
    const startMs = performance.now();
    const open = await inTime(subject.open({ quick })).catch(errorOf);
    remaining.took(performance.now() - startMs);
    opened.push({ subject, open });
  }
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const { subject, open } of opened) {
      report(turns > 1 ? `${subject.title}, turn ${turn} of ${turns}` : subject.title);
      const startMs = performance.now();
      const sample =
        open instanceof Error ? voidSample(open) : await inTime(open.measure()).catch(voidSample);
      remaining.took(performance.now() - startMs);
      remaining.measured();
      of(subject).push(sample);
      for (const wrong of sample.wrong) progress(`  void: ${wrong}`);
    }
  }
  for (const { subject, open } of opened) {
    if (open instanceof Error) continue;
    await inTime(open.close()).catch((thrown: unknown) => {
      const { message } = errorOf(thrown);
      of(subject).splice(-1, 1, voidSample(thrown));
      progress(`  void: ${message}`);
    });
  }
}

/** By subject that cannot run here: the reason. */
async function leaveOut(
  { name, subjects, turns = 1 }: Scenario,
  remaining: Remaining,
  { rounds, progress }: RunnerOptions,
): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  for (const subject of subjects) {
    const reason = await subject.prepare().catch((thrown: unknown) => errorOf(thrown).message);
    if (reason === null) continue;
    reasons.set(subject.name, reason);
    remaining.skip(rounds * turns);
    progress(`${name}: skipping ${subject.title}: ${reason}`);
  }
  return reasons;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const limit = sleep(longestMs, undefined, { signal: done.signal }).then((): never => {
    throw new Error(`timed out after ${longestMs / 1000} s`);
  });
  limit.catch(() => {});
  return Promise.race([work, limit]).finally(() => done.abort());
}

function voidSample(thrown: unknown): Sample {
  return { values: {}, wrong: [errorOf(thrown).message] };
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Counts the remaining measurements and estimates how long they take. */
class Remaining {
  #left: number;
  #done = 0;
  #doneMs = 0;

  constructor(scenarios: readonly Scenario[], rounds: number) {
    this.#left = scenarios.reduce(
      (sum, { subjects, turns = 1 }) => sum + subjects.length * turns * rounds,
      0,
    );
  }

  skip(count: number): void {
    this.#left -= count;
  }

  took(ms: number): void {
    this.#doneMs += ms;
  }

  measured(): void {
    this.#left -= 1;
    this.#done += 1;
  }

  describe(): string {
    const left = this.#left === 1 ? 'last one' : `${this.#left} to go`;
    if (this.#done === 0) return left;
    const minutes = ((this.#doneMs / this.#done) * this.#left) / 60_000;
    return `${left}, about ${minutes < 1 ? 'a minute' : `${Math.ceil(minutes)} minutes`}`;
  }
}
