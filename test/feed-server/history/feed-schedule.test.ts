import { describe, expect, it } from 'vitest';
import { oneServer, type ScheduleOptions } from '../../support/history/run-options.ts';
import { feedApp } from './feed-app.ts';

const options: ScheduleOptions = {
  seed: 1,
  durationMs: 60_000,
  clients: 24,
  rate: 60,
  killEveryMs: 5000,
  ...oneServer,
};

function stepsOf(kind: string, given: Partial<ScheduleOptions> = {}) {
  return feedApp.plan({ ...options, ...given }).steps.filter((step) => step.kind === kind);
}

describe('a schedule', () => {
  it('depends only on its options', () => {
    expect(feedApp.plan(options)).toEqual(feedApp.plan(options));
    expect(feedApp.plan(options).steps).not.toEqual(feedApp.plan({ ...options, seed: 2 }).steps);
  });

  it('contains every kind of step for one server, by time', () => {
    const { steps, readers } = feedApp.plan(options);
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(
      new Set([
        'kill',
        'bump-epoch',
        'lose-answers',
        'burst',
        'drop',
        'stall',
        'freeze',
        'restart',
        'join',
        'leave',
      ]),
    );
    expect(steps).toEqual(steps.toSorted((a, b) => a.atMs - b.atMs));
    expect(steps.every(({ atMs }) => atMs >= 0 && atMs < options.durationMs)).toBe(true);
    expect(new Set(readers.map(({ cursors, audience }) => `${cursors} ${audience}`)).size).toBe(8);
  });

  it('has the same kills for any number of clients', () => {
    expect(stepsOf('kill').length).toBeGreaterThan(8);
    expect(stepsOf('kill', { clients: 3 })).toEqual(stepsOf('kill'));
    expect(stepsOf('kill', { killEveryMs: 0 })).toEqual([]);
  });

  it('disrupts several nodes and their engines after a quiet time, but not one reader per node', () => {
    const nodes = { nodes: 3, database: 'postgres', broker: 'redis' } as const;
    const { steps, readers, quietMs } = feedApp.plan({ ...options, ...nodes });
    const disruptions = steps.filter(({ kind }) => kind !== 'join' && kind !== 'leave');
    expect(Math.min(...disruptions.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(quietMs);
    expect(quietMs).toBe(12_000);
    const kinds = new Set(disruptions.map(({ kind }) => kind));
    expect(['roll', 'kill-engine', 'freeze-engine'].filter((kind) => !kinds.has(kind as 'roll'))).toEqual([]);
    const engines = disruptions.flatMap((step) => (step.kind === 'kill-engine' ? [step.engine] : []));
    expect(new Set(engines)).toEqual(new Set(['database', 'broker']));
    const killed = stepsOf('kill', nodes).map((step) => (step.kind === 'kill' ? step.node : -1));
    expect(new Set(killed)).toEqual(new Set([0, 1, 2]));
    expect(readers.filter(({ isUndisturbed }) => isUndisturbed).length).toBe(3);
    const undisturbed = steps.filter((step) => 'reader' in step && readers[step.reader]?.isUndisturbed);
    expect(undisturbed).toEqual([]);
  });

  it('cuts the networks of shared engines if allowed, without changing other steps', () => {
    const given = { ...options, nodes: 3, database: 'postgres', broker: 'redis' } as const;
    const { steps } = feedApp.plan({ ...given, cuts: true });
    const cuts = steps.filter((step) => step.kind === 'cut-engine');
    expect(new Set(cuts.map(({ engine }) => engine))).toEqual(new Set(['database', 'broker']));
    expect(steps.filter((step) => step.kind !== 'cut-engine')).toEqual(feedApp.plan(given).steps);
    const brokerless = stepsOf('cut-engine', { ...given, cuts: true, broker: 'none' });
    expect(brokerless).toEqual(cuts.filter(({ engine }) => engine === 'database'));
    expect(stepsOf('cut-engine', { cuts: true })).toEqual([]);
  });

  it('disrupts a pooler as other engines if there is one, without changing other steps', () => {
    const given = { ...options, nodes: 3, database: 'postgres' } as const;
    const { steps } = feedApp.plan({ ...given, pooler: true });
    const ofPooler = steps.filter((step) => 'engine' in step && step.engine === 'pooler');
    expect(new Set(ofPooler.map(({ kind }) => kind))).toEqual(new Set(['kill-engine', 'freeze-engine']));
    expect(steps.filter((step) => !ofPooler.includes(step))).toEqual(feedApp.plan(given).steps);
  });

  it('fails over to a standby if there is one, at least once in a short run', () => {
    const given = { ...options, nodes: 3, database: 'postgres' } as const;
    const { steps, quietMs } = feedApp.plan({ ...given, failovers: true });
    const failovers = steps.filter(({ kind }) => kind === 'fail-over');
    expect(failovers.length).toBeGreaterThan(0);
    expect(failovers.every(({ atMs }) => atMs >= quietMs)).toBe(true);
    expect(steps.filter(({ kind }) => kind !== 'fail-over')).toEqual(feedApp.plan(given).steps);
    expect(stepsOf('fail-over', { ...given, failovers: true, durationMs: 15_000 })).toHaveLength(1);
  });

  it('isolates each of several nodes for seconds, without changing other steps', () => {
    const given = { ...options, nodes: 3, database: 'postgres', durationMs: 240_000 } as const;
    const { steps } = feedApp.plan({ ...given, isolations: true });
    const isolations = steps.filter((step) => step.kind === 'isolate');
    expect(new Set(isolations.map(({ node }) => node))).toEqual(new Set([0, 1, 2]));
    expect(isolations.every(({ forMs }) => forMs >= 500 && forMs <= 8000)).toBe(true);
    expect(steps.filter(({ kind }) => kind !== 'isolate')).toEqual(feedApp.plan(given).steps);
  });

  it('has no steps for several nodes with one node', () => {
    const { steps, quietMs } = feedApp.plan(options);
    expect(quietMs).toBe(0);
    expect(steps.some(({ kind }) => kind === 'roll' || kind === 'kill-engine')).toBe(false);
  });

  it('keeps some clients away for longer than the retention', () => {
    const { steps, retentionSeconds } = feedApp.plan(options);
    const absences = steps.filter(
      (step) => step.kind === 'drop' && step.forMs > (retentionSeconds ?? 0) * 1250,
    );
    expect(absences.length).toBe(6);
  });

  it('restarts only clients whose cursor outlives the process', () => {
    const { steps, readers } = feedApp.plan(options);
    const restarted = steps.flatMap((step) =>
      step.kind === 'restart' ? [readers[step.reader]?.cursors] : [],
    );
    expect(new Set(restarted)).toEqual(new Set(['store', 'server']));
  });
});
