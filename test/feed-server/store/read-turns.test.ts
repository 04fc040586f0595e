import { describe, expect, it } from 'vitest';
import { ReadTurns } from '../../../src/feed-server/store/read-turns.ts';

describe('reads that take turns', () => {
  it('run in order, at most so many at a time', async () => {
    const turns = new ReadTurns(2);
    const started: number[] = [];
    const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const reads = ends.map(({ promise }, index) =>
      turns.run(async () => {
        started.push(index);
        await promise;
        return index;
      }, undefined),
    );
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    ends[1]?.resolve();
    await expect.poll(() => started).toEqual([0, 1, 2]);
    for (const { resolve } of ends) resolve();
    expect(await Promise.all(reads)).toEqual([0, 1, 2, 3, 4]);
  });

  it('never run if their signal has aborted by then, and free their turn', async () => {
    const turns = new ReadTurns(1);
    const first = Promise.withResolvers<string>();
    const controller = new AbortController();
    const reason = new Error('gone');
    let executed = 0;
    const running = turns.run(() => first.promise, controller.signal);
    const abandoned = Array.from({ length: 200 }, () =>
      turns.run(async () => {
        executed += 1;
      }, controller.signal),
    );
    const last = turns.run(async () => 'last', new AbortController().signal);
    controller.abort(reason);
    first.resolve('first');
    const outcomes = await Promise.allSettled(abandoned);
    expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === reason)).toBe(
      true,
    );
    expect(executed).toBe(0);
    expect([await running, await last]).toEqual(['first', 'last']);
  });

  it('free their turn when they fail', async () => {
    const turns = new ReadTurns(1);
    const failure = turns.run(() => Promise.reject(new Error('failed')), undefined);
    await expect(failure).rejects.toThrow('failed');
    expect(await turns.run(async () => 'next', undefined)).toBe('next');
  });
});
