import { describe, expect, it } from 'vitest';
import { renderComparison } from '../../bench/harness/compare.ts';
import { faultsOf, type Results } from '../../bench/harness/results.ts';
import { runScenarios } from '../../bench/harness/run.ts';
import type { Sample, Scenario, Subject, Target } from '../../bench/harness/scenario.ts';

/** A subject whose runs give these costs in turn; a text is an error that is thrown. */
function subject(name: string, costs: readonly (number | string | Sample)[], log: string[] = []): Subject {
  let runs = 0;
  return {
    name,
    title: name.toUpperCase(),
    prepare: () => Promise.resolve(costs.length === 0 ? 'it is not installed' : null),
    run() {
      log.push(name);
      const cost = costs[runs % costs.length] ?? 0;
      runs += 1;
      if (typeof cost === 'string') return Promise.reject(new Error(cost));
      return Promise.resolve(typeof cost === 'number' ? { values: { cost }, wrong: [] } : cost);
    },
  };
}

function scenario(subjects: readonly Subject[], targets: readonly Target[] = []): Scenario {
  const metrics = [{ name: 'cost', title: 'cost', unit: 'µs', better: 'lower' as const }];
  return { name: 'scenario', title: 'A scenario', about: 'About it.', metrics, subjects, targets };
}

async function run(subjects: readonly Subject[], targets: readonly Target[] = [], rounds = 3) {
  const options = { rounds, quick: false, progress: () => {} };
  const [result] = await runScenarios([scenario(subjects, targets)], options);
  if (result === undefined) throw new Error('there is no result');
  return result;
}

describe('the runner', () => {
  it('runs the subjects in turn', async () => {
    const log: string[] = [];
    await run([subject('a', [1], log), subject('b', [1], log)], [], 2);
    expect(log).toEqual(['a', 'b', 'a', 'b']);
  });

  it('takes the median and keeps the spread', async () => {
    const { subjects } = await run([subject('odd', [30, 1, 2])]);
    expect(subjects[0]?.values).toEqual({ cost: { median: 2, min: 1, max: 30 } });
    const even = await run([subject('even', [4, 2])], [], 2);
    expect(even.subjects[0]?.values).toEqual({ cost: { median: 3, min: 2, max: 4 } });
  });

  it('makes void what fails, and nothing else', async () => {
    const missing = { values: { cost: 0.1 }, wrong: ['3 deliveries are missing'] };
    const result = await run([subject('a', [5, missing, 'it ended']), subject('b', [7])]);
    expect(result.subjects.map(({ values }) => values.cost?.median)).toEqual([5, 7]);
    expect(faultsOf([result])).toEqual(['scenario, a: 3 deliveries are missing', 'scenario, a: it ended']);
  });

  it('leaves out what cannot run here, which is no fault', async () => {
    const result = await run([subject('a', [5]), subject('b', [])]);
    expect(result.subjects[1]).toMatchObject({ notRun: 'it is not installed', values: {} });
    expect(faultsOf([result])).toEqual([]);
  });

  it('judges targets by the ratio of medians, or by one median', async () => {
    const bound = { metric: 'cost', subject: 'a' };
    const { targets } = await run(
      [subject('a', [6]), subject('b', [4]), subject('c', [])],
      [
        { ...bound, against: 'b', atMost: 1.5 },
        { ...bound, against: 'b', atMost: 1.4 },
        { ...bound, atLeast: 6 },
        { ...bound, atLeast: 7 },
        { ...bound, against: 'c', atMost: 1 },
      ],
    );
    expect(targets.map(({ value, verdict }) => [value, verdict])).toEqual([
      [1.5, 'met'],
      [1.5, 'not met'],
      [6, 'met'],
      [6, 'not met'],
      [null, 'unknown'],
    ]);
  });
});

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
  ])('tells %s on a machine of twice the speed', async (verdict, own, other) => {
    const comparison = renderComparison(await resultsOf(20, 80), await resultsOf(own, other));
    expect(comparison).toContain('scenario: cost, OWN / OTHER | 0.25 | ');
    expect(comparison).toMatch(new RegExp(`\\| ${verdict} \\|`));
  });
});
