import { describe, expect, it } from 'vitest';
import { createSchedule, type ScheduleOptions } from './schedule.ts';

const options: ScheduleOptions = { seed: 1, durationMs: 60_000, clients: 24, rate: 60, killEveryMs: 5000 };

function stepsOf(kind: string, given: Partial<ScheduleOptions> = {}) {
  return createSchedule({ ...options, ...given }).steps.filter((step) => step.kind === kind);
}

describe('a schedule', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(createSchedule(options)).toEqual(createSchedule(options));
    expect(createSchedule(options).steps).not.toEqual(createSchedule({ ...options, seed: 2 }).steps);
  });

  it('does everything that can be done to a server and its clients, in order of time', () => {
    const { steps, readers } = createSchedule(options);
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
        'set-friend',
        'delete-friend',
      ]),
    );
    expect(steps).toEqual(steps.toSorted((a, b) => a.atMs - b.atMs));
    expect(steps.every(({ atMs }) => atMs >= 0 && atMs < options.durationMs)).toBe(true);
    expect(new Set(readers.map(({ cursors, audience }) => `${cursors} ${audience}`)).size).toBe(8);
  });

  it('has the same kills, whatever the number of clients', () => {
    expect(stepsOf('kill').length).toBeGreaterThan(8);
    expect(stepsOf('kill', { clients: 3 })).toEqual(stepsOf('kill'));
    expect(stepsOf('kill', { killEveryMs: 0 })).toEqual([]);
  });

  it('keeps some clients away for longer than the server keeps events', () => {
    const { steps, retentionSeconds } = createSchedule(options);
    const absences = steps.filter((step) => step.kind === 'drop' && step.forMs > retentionSeconds * 1250);
    expect(absences.length).toBe(4);
  });

  it('restarts no client whose cursor would be gone', () => {
    const { steps, readers } = createSchedule(options);
    const restarted = steps.flatMap((step) =>
      step.kind === 'restart' ? [readers[step.reader]?.cursors] : [],
    );
    expect(new Set(restarted)).toEqual(new Set(['file', 'server']));
  });
});
