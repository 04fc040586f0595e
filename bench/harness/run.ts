import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioResult } from './results.ts';
import type { OpenSubject, RunOptions, Sample, Scenario, Subject } from './scenario.ts';
import { type Outcome, summarize } from './summarize.ts';

export interface RunnerOptions extends RunOptions {
  /** How often each subject is started. */
  readonly rounds: number;
  /** How many connections may be open at a time. */
  readonly mostConnections: number;
  /** Told what is about to be done. */
  readonly progress: (text: string) => void;
}

/** What takes longer is void: it hangs. */
const longestMs = 180_000;

/**
 * Measures all subjects of each scenario in turn, and that several times over: what slows the machine down
 * for a while then slows down all of them. A subject that fails makes its own samples void, and nothing else.
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
        const tell = (text: string): void =>
          options.progress(
            `${scenario.name}, round ${round} of ${options.rounds}: ${text} (${remaining.describe()})`,
          );
        const of = (subject: Subject): Sample[] => samples.get(subject.name) ?? [];
        await measureGroup({ group, turns: scenario.turns ?? 1, of, tell, remaining }, options);
      }
    }
    results.push(summarize(scenario, new Map<string, Outcome>([...left, ...samples])));
  }
  return results;
}

/** Those that are open at the same time: one alone, or as many as there may be connections for. */
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
  /** Where a subject's samples go. */
  readonly of: (subject: Subject) => Sample[];
  readonly tell: (text: string) => void;
  readonly remaining: Remaining;
}

async function measureGroup(
  { group, turns, of, tell, remaining }: Group,
  { quick, progress }: RunnerOptions,
): Promise<void> {
  const opened: { readonly subject: Subject; readonly open: OpenSubject | Error }[] = [];
  for (const subject of group) {
    if (turns > 1) tell(`${subject.title} starts`);
    const startMs = performance.now();
    const open = await inTime(subject.open({ quick })).catch(errorOf);
    remaining.took(performance.now() - startMs);
    opened.push({ subject, open });
  }
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const { subject, open } of opened) {
      tell(turns > 1 ? `${subject.title}, turn ${turn} of ${turns}` : subject.title);
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

/** Resolves with why they are left out, by the names of subjects that cannot run here. */
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
    progress(`${name}: ${subject.title} is left out: ${reason}`);
  }
  return reasons;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const limit = sleep(longestMs, undefined, { signal: done.signal }).then((): never => {
    throw new Error(`not done after ${longestMs / 1000} s`);
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

/** How many measurements are left, and how long they may take if they are like those so far. */
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
    const left = this.#left === 1 ? 'the last one' : `${this.#left} to go`;
    if (this.#done === 0) return left;
    const minutes = ((this.#doneMs / this.#done) * this.#left) / 60_000;
    return `${left}, about ${minutes < 1 ? 'a minute' : `${Math.ceil(minutes)} minutes`}`;
  }
}
