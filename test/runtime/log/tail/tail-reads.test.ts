import { randomUUID } from 'node:crypto';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';
import { Tail } from '../../../../src/runtime/log/tail.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { followLog } from './follow-log.ts';
import { MemoryEngine } from './memory-engine.ts';

/** A tail that has read an empty log, and forgets the reads until then. */
async function followEmpty(options: Partial<Parameters<typeof followLog>[0]> = {}) {
  const engine = new MemoryEngine();
  const followed = await followLog({ engine, ...options });
  engine.stateReads.length = 0;
  return { engine, ...followed };
}

/** A tail that `follow` makes follow its log. */
async function startTail() {
  const engine = new MemoryEngine();
  const tail = await Tail.start({ engine, log: silentLog, pollIntervalMs: 3_600_000 });
  onTestFinished(() => tail.close());
  const applied: number[] = [];
  const follow = async (): Promise<void> => {
    tail.follow({
      apply: ({ seq }) => void applied.push(seq),
      beforeSkip: async () => {},
      skipped() {},
      stopped() {},
      gaveUp() {},
    });
    await tail.catchUp();
  };
  return { engine, tail, applied, follow };
}

describe('a tail', () => {
  it('reads nothing because of events that are offered in order, even twice', async () => {
    const { engine, tail, applied } = await followEmpty({ gapTimeoutMs: 1 });
    const events = [engine.append(), engine.append()];
    for (const event of [...events, ...events]) tail.offer(event);
    tail.hint({ headSeq: 2, events });
    await tail.applied();
    await wait(20);
    expect([applied, engine.stateReads]).toEqual([[1, 2], []]);
  });

  it('leaves it to the next hint to bring the events before those of a hint', async () => {
    const { engine, tail, applied } = await followEmpty();
    const events = [engine.append(), engine.append(), engine.append()];
    tail.hint({ headSeq: 3, events: events.slice(1) });
    await turn();
    expect([applied, engine.stateReads]).toEqual([[], []]);
    tail.hint({ headSeq: 1, events: events.slice(0, 1) });
    await tail.applied();
    expect([applied, engine.stateReads]).toEqual([[1, 2, 3], []]);
  });

  it('reads only events after a hint without any, and reads the state twice if the log has none', async () => {
    const { engine, tail, applied } = await followEmpty();
    engine.append();
    tail.hint({ headSeq: 1, events: [] });
    await expect.poll(() => applied).toEqual([1]);
    await turn();
    expect(engine.stateReads).toEqual([]);
    tail.hint({ headSeq: 9, events: [] });
    await expect.poll(() => engine.stateReads).toEqual([[1], [1]]);
    await turn();
    expect(engine.stateReads).toHaveLength(2);
  });

  it('reads a log of any length in one go, and counts each page as a successful read', async () => {
    const { engine, tail, applied, logged } = await followEmpty();
    const { readCount } = tail.freshness;
    const events = Array.from(
      { length: 6001 },
      (_, index): LogEvent => ({
        seq: index + 1,
        mark: index + 1,
        createdAtMs: 0,
        kind: 'join',
        topic: 'ann',
        user: 'bob',
      }),
    );
    engine.events = events;
    await tail.catchUp();
    expect([applied.length, logged]).toEqual([6001, []]);
    expect(tail.freshness.readCount).toBeGreaterThan(readCount + 5);
    expect(engine.stateReads).toHaveLength(1);
  });

  it('never reads twice at the same time', async () => {
    const { engine, tail } = await followEmpty({ refreshIntervalMs: 1 });
    let reading = 0;
    let atOnce = 0;
    const state = engine.state.bind(engine);
    engine.state = async (seqs) => {
      reading += 1;
      atOnce = Math.max(atOnce, reading);
      await wait(5);
      reading -= 1;
      return await state(seqs);
    };
    await Promise.all([tail.catchUp(), tail.refresh(), tail.catchUp()]);
    expect([atOnce, engine.stateReads.length]).toEqual([1, 2]);
  });

  it('reports a log that has another history at each read, and nothing once it is closed', async () => {
    const { engine, tail, logged } = await followEmpty();
    engine.onState = () => {
      engine.epoch = randomUUID();
    };
    await tail.catchUp();
    expect(logged.at(-1)).toBe('error: cannot read the log; trying again');
    const { length } = logged;
    await tail.close();
    await tail.catchUp();
    expect(logged).toHaveLength(length);
  });

  it('applies what the only writer offers although the log cannot be read', async () => {
    const { engine, tail, applied } = await followEmpty({ isSoleWriter: true });
    engine.failure = new Error('the disk is gone');
    await tail.catchUp();
    tail.offer(engine.append());
    expect(applied).toEqual([1]);
  });

  it('does not skip to where offered events have brought it meanwhile', async () => {
    const engine = new MemoryEngine();
    const events: LogEvent[] = [];
    const { tail, applied, skips } = await followLog(
      { engine },
      {
        async beforeSkip() {
          for (const event of events) tail.offer(event);
        },
      },
    );
    events.push(engine.append(), engine.append());
    engine.pruneTo(2);
    await tail.catchUp();
    expect([applied, skips]).toEqual([[1, 2], []]);
  });
});

describe('a tail that nobody follows yet', () => {
  it('stays where it is, whatever it is offered or reads', async () => {
    const { engine, tail, applied, follow } = await startTail();
    tail.offer(engine.append());
    engine.append();
    await tail.refresh();
    expect(tail.position.seq).toBe(0);
    await follow();
    expect(applied).toEqual([1, 2]);
  });

  it('moves to a new history', async () => {
    const { engine, tail, applied, follow } = await startTail();
    const epoch = await engine.beginEpoch(tail.epoch);
    const { seq, mark } = engine.append();
    await tail.refresh();
    expect([tail.epoch, tail.position]).toEqual([epoch, { seq, mark }]);
    await follow();
    expect(applied).toEqual([]);
  });
});
