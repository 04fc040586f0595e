import { describe, expect, it } from 'vitest';
import { renderComparison } from '../../bench/harness/compare.ts';
import { faultsOf, type Results } from '../../bench/harness/results.ts';
import { runScenarios } from '../../bench/harness/run.ts';
import type { Sample, Scenario, Subject, Target } from '../../bench/harness/scenario.ts';

/** A subject with 10 connections whose turns return these costs; a string is thrown as an error. */
function subject(name: string, costs: readonly (number | string | Sample)[], log: string[] = []): Subject {
  let runs = 0;
  return {
    name,
    title: name.toUpperCase(),
    prepare: () => Promise.resolve(costs.length === 0 ? 'it is not installed' : null),
    connections: 10,
    open() {
      log.push(`${name}+`);
      return Promise.resolve({
        measure() {
          log.push(name);
          const cost = costs[runs % costs.length] ?? 0;
          runs += 1;
          if (typeof cost === 'string') return Promise.reject(new Error(cost));
          return Promise.resolve(typeof cost === 'number' ? { values: { cost }, wrong: [] } : cost);
        },
        close() {
          log.push(`${name}-`);
          return Promise.resolve();
        },
      });
    },
  };
}

interface RunOptions {
  readonly targets?: readonly Target[];
  readonly rounds?: number;
  readonly turns?: number;
}

async function run(subjects: readonly Subject[], { targets = [], rounds = 3, turns }: RunOptions = {}) {
  const metrics = [{ name: 'cost', title: 'cost', unit: 'µs', better: 'lower' as const }];
  const scenario: Scenario = {
    name: 'scenario',
    title: 'A scenario',
    about: 'About it.',
    metrics,
    subjects,
    targets,
    ...(turns === undefined ? {} : { turns }),
  };
  const options = { rounds, quick: false, mostConnections: 25, progress: () => {} };
  const [result] = await runScenarios([scenario], options);
  if (result === undefined) throw new Error('there is no result');
  return result;
}

describe('the runner', () => {
  it('runs the subjects in turn', async () => {
    const log: string[] = [];
    await run([subject('a', [1], log), subject('b', [1], log)], { rounds: 2 });
    expect(log.join(' ')).toBe('a+ a a- b+ b b- a+ a a- b+ b b-');
  });

  it('opens as many subjects as the connection limit allows if they take several turns', async () => {
    const log: string[] = [];
    const three = ['a', 'b', 'c'].map((name) => subject(name, [1], log));
    await run(three, { rounds: 1, turns: 2 });
    expect(log.join(' ')).toBe('a+ b+ a b a b a- b- c+ c c c-');
  });

  it('takes the median and keeps the spread', async () => {
    const { subjects } = await run([subject('odd', [30, 1, 2])]);
    expect(subjects[0]?.values).toEqual({ cost: { median: 2, min: 1, max: 30 } });
    const even = await run([subject('even', [4, 2])], { rounds: 2 });
    expect(even.subjects[0]?.values).toEqual({ cost: { median: 3, min: 2, max: 4 } });
  });

  it('makes only failed samples void', async () => {
    const missing = { values: { cost: 0.1 }, wrong: ['3 deliveries are missing'] };
    const result = await run([subject('a', [5, missing, 'it ended']), subject('b', [7])]);
    expect(result.subjects.map(({ values }) => values.cost?.median)).toEqual([5, 7]);
    expect(faultsOf([result])).toEqual(['scenario, a: 3 deliveries are missing', 'scenario, a: it ended']);
  });

  it('skips subjects that cannot run here, which is not a fault', async () => {
    const result = await run([subject('a', [5]), subject('b', [])]);
    expect(result.subjects[1]).toMatchObject({ notRun: 'it is not installed', values: {} });
    expect(faultsOf([result])).toEqual([]);
  });

  it('makes the last sample void if the server exited before it was closed', async () => {
    const ended = subject('a', [5, 6]);
    const result = await run(
      [{ ...ended, open: async (options) => ({ ...(await ended.open(options)), close: fail }) }],
      { rounds: 1, turns: 2 },
    );
    expect(result.subjects[0]?.values.cost?.median).toBe(5);
    expect(faultsOf([result])).toEqual(['scenario, a: it had ended']);
  });

  it('makes all turns void if a subject cannot be opened', async () => {
    const result = await run([{ ...subject('a', [5]), open: fail }, subject('b', [7])], { turns: 2 });
    expect(result.subjects.map(({ values }) => values.cost?.median)).toEqual([undefined, 7]);
    expect(faultsOf([result])).toEqual(['scenario, a: it had ended']);
  });

  it('takes ratios within a turn', async () => {
    const { subjects, targets } = await run([subject('a', [10, 22, 12]), subject('b', [5, 10, 4])], {
      rounds: 1,
      turns: 3,
      targets: [{ metric: 'cost', subject: 'a', against: 'b', atMost: 2.2 }],
    });
    expect(targets.map(({ measured }) => measured)).toEqual([{ median: 2.2, min: 2, max: 3 }]);
    expect(subjects.map(({ ratio }) => ratio?.median)).toEqual([1, 10 / 22]);
  });

  it('evaluates targets by the ratio to another subject, or by a single value', async () => {
    const bound = { metric: 'cost', subject: 'a' };
    const { targets } = await run([subject('a', [6]), subject('b', [4]), subject('c', [])], {
      targets: [
        { ...bound, against: 'b', atMost: 1.5 },
        { ...bound, against: 'b', atMost: 1.4 },
        { ...bound, atLeast: 6 },
        { ...bound, atLeast: 7 },
        { ...bound, against: 'c', atMost: 1 },
      ],
    });
    expect(targets.map(({ measured, verdict }) => [measured?.median ?? null, verdict])).toEqual([
      [1.5, 'met'],
      [1.5, 'not met'],
      [6, 'met'],
      [6, 'not met'],
      [null, 'unknown'],
    ]);
  });
});

function fail(): Promise<never> {
  return Promise.reject(new Error('it had ended'));
}

async function resultsOf(own: number, other: number): Promise<Results> {
  const machine = { cpu: 'a', cores: 2, memoryGb: 1, kernel: 'k', node: 'v', commit: 'c', versions: {} };
  const scenarios = [await run([subject('own', [own]), subject('other', [other])])];
  return {
    startedAt: '2026-01-01T00:00:00Z',
    seconds: 1,
    rounds: 3,
    quick: true,
    machine,
    scenarios,
  };
}

describe('the comparison with an earlier run', () => {
  it.each([
    ['same', 10, 40],
    ['better', 5, 40],
    ['worse', 20, 40],
  ])('reports %s on a machine of twice the speed', async (verdict, own, other) => {
    const comparison = renderComparison(await resultsOf(20, 80), await resultsOf(own, other));
    expect(comparison).toContain('scenario: cost, OWN / OTHER | 0.25 | ');
    expect(comparison).toMatch(new RegExp(`\\| ${verdict} \\|`));
  });
});
