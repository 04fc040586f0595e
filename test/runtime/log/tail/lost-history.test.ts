import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';
import { newMark } from '../../../../src/runtime/log/new-mark.ts';
import { followLog } from './follow-log.ts';
import { MemoryEngine } from './memory-engine.ts';

const lost =
  'error: the log has lost events that were delivered, in a failover or a restore: all clients are reset';

/** A tail that has applied five events. */
async function followFive() {
  const engine = new MemoryEngine();
  const followed = await followLog({ engine });
  for (let count = 0; count < 5; count += 1) engine.append();
  await followed.tail.catchUp();
  return { engine, ...followed, formerEpoch: followed.tail.epoch };
}

describe('a tail whose log has lost events', () => {
  it('begins a new epoch and skips to its head if the head is below the tail', async () => {
    const { engine, tail, applied, skips, logged, formerEpoch } = await followFive();
    engine.loseAfter(3);
    await tail.catchUp();
    const { seq, mark } = engine.events[2] as LogEvent;
    expect(engine.epoch).not.toBe(formerEpoch);
    expect(skips).toEqual([{ reason: 'epoch', position: { seq, mark }, epoch: engine.epoch }]);
    expect(logged).toEqual([lost, 'warn: skipped events']);
    tail.offer(engine.append());
    expect(applied).toEqual([1, 2, 3, 4, 5, 4]);
  });

  it('notices that another event has the seq of the tail', async () => {
    const { engine, tail, skips, logged } = await followFive();
    engine.loseAfter(3);
    for (let count = 0; count < 2; count += 1) engine.append();
    await tail.catchUp();
    expect(skips).toMatchObject([{ reason: 'epoch', position: { seq: 5 } }]);
    expect(logged[0]).toBe(lost);
  });

  it('applies no event that follows the lost ones', async () => {
    const { engine, tail, applied, skips } = await followFive();
    engine.loseAfter(3);
    for (let count = 0; count < 4; count += 1) engine.append();
    await tail.catchUp();
    expect(applied).toEqual([1, 2, 3, 4, 5]);
    expect(skips).toMatchObject([{ reason: 'epoch', position: { seq: 7 } }]);
  });

  it('applies no offered event after one that contradicts what it has applied', async () => {
    const { engine, tail, applied, skips } = await followFive();
    engine.loseAfter(3);
    for (let count = 0; count < 3; count += 1) tail.offer(engine.append());
    expect(applied).toEqual([1, 2, 3, 4, 5]);
    await expect.poll(() => skips).toMatchObject([{ reason: 'epoch', position: { seq: 6 } }]);
    expect(applied).toEqual([1, 2, 3, 4, 5]);
  });

  it('applies no offered event because of a read that began before it was offered', async () => {
    const { engine, tail, applied, skips } = await followFive();
    engine.afterState = () => {
      engine.loseAfter(3);
      for (let count = 0; count < 3; count += 1) tail.offer(engine.append());
    };
    await tail.catchUp();
    expect(applied).toEqual([1, 2, 3, 4, 5]);
    await expect.poll(() => skips).toMatchObject([{ reason: 'epoch', position: { seq: 6 } }]);
  });

  it('applies no event of a page that was read after the loss', async () => {
    const { engine, tail, applied, skips } = await followFive();
    engine.append();
    engine.afterState = () => {
      engine.loseAfter(3);
      for (let count = 0; count < 3; count += 1) engine.append();
    };
    await tail.catchUp();
    expect(applied).toEqual([1, 2, 3, 4, 5]);
    expect(skips).toMatchObject([{ reason: 'epoch', position: { seq: 6 } }]);
  });

  it('begins a new epoch in the same read if nothing follows the lost events', async () => {
    const { engine, tail, skips, logged } = await followFive();
    engine.append();
    engine.afterState = () => engine.loseAfter(3);
    await tail.catchUp();
    expect(skips).toMatchObject([{ reason: 'epoch', position: { seq: 3 } }]);
    expect(logged).toEqual([lost, 'warn: skipped events']);
  });

  it('continues if only events are lost that it has not applied', async () => {
    const { engine, tail, applied, skips, logged } = await followFive();
    engine.append();
    engine.afterState = () => engine.loseAfter(5);
    await tail.catchUp();
    tail.offer(engine.append());
    expect([applied, skips, logged]).toEqual([[1, 2, 3, 4, 5, 6], [], []]);
  });

  it('applies no lost event that is offered during the skip', async () => {
    const engine = new MemoryEngine();
    const late: LogEvent[] = [];
    const { tail, applied } = await followLog(
      { engine },
      {
        async beforeSkip() {
          for (const event of late) tail.offer(event);
        },
      },
    );
    for (let count = 0; count < 5; count += 1) engine.append();
    await tail.catchUp();
    late.push(engine.append());
    engine.loseAfter(3);
    await tail.catchUp();
    expect(applied).toEqual([1, 2, 3, 4, 5]);
  });

  it('applies no lost event that was offered early', async () => {
    const { engine, tail, applied } = await followFive();
    engine.append();
    tail.offer(engine.append());
    engine.loseAfter(3);
    await tail.catchUp();
    for (let count = 0; count < 3; count += 1) tail.offer(engine.append());
    expect(applied).toEqual([1, 2, 3, 4, 5, 4, 5, 6]);
  });

  it('applies no offered event after a failed read, until a read shows that the history continues', async () => {
    const { engine, tail, applied, skips } = await followFive();
    engine.failure = new Error('the connection was reset');
    await tail.catchUp();
    engine.loseAfter(5);
    tail.offer(engine.append());
    expect(applied).toHaveLength(5);
    engine.failure = null;
    await tail.catchUp();
    expect([applied.length, skips]).toEqual([6, []]);
    tail.offer(engine.append());
    expect(applied).toHaveLength(7);
  });

  it('follows the epoch that another node has begun first', async () => {
    const { engine, tail, skips, formerEpoch } = await followFive();
    engine.loseAfter(2);
    const epoch = await engine.beginEpoch(formerEpoch);
    await tail.catchUp();
    expect(engine.epoch).toBe(epoch);
    expect(skips).toMatchObject([{ reason: 'epoch', position: { seq: 2 }, epoch }]);
  });

  it('begins no second epoch when several nodes notice it', async () => {
    const engine = new MemoryEngine();
    const nodes = await Promise.all([1, 2, 3].map(() => followLog({ engine })));
    for (let count = 0; count < 5; count += 1) engine.append();
    await Promise.all(nodes.map(({ tail }) => tail.catchUp()));
    engine.loseAfter(1);
    await Promise.all(nodes.map(({ tail }) => tail.catchUp()));
    for (const { skips, tail } of nodes) {
      expect(tail.epoch).toBe(engine.epoch);
      expect(skips).toHaveLength(1);
    }
  });

  it('waits for its listener before it skips, and retries if that fails', async () => {
    const engine = new MemoryEngine();
    let fails = true;
    const { tail, skips } = await followLog(
      { engine },
      {
        async beforeSkip() {
          if (fails) throw new Error('not now');
        },
      },
    );
    engine.append();
    await tail.catchUp();
    engine.loseAfter(0);
    await tail.catchUp();
    expect([skips, tail.position.seq]).toEqual([[], 1]);
    fails = false;
    await tail.catchUp();
    expect(skips).toMatchObject([{ reason: 'epoch', position: { seq: 0 }, epoch: engine.epoch }]);
  });
});

describe('a tail whose log was pruned', () => {
  it('does not take a pruned event for a lost one', async () => {
    const { engine, tail, skips, formerEpoch } = await followFive();
    engine.append();
    engine.append();
    engine.pruneTo(6);
    await tail.catchUp();
    expect(skips).toMatchObject([{ reason: 'expired', position: { seq: 6 } }]);
    expect(engine.epoch).toBe(formerEpoch);
    expect(tail.position).toMatchObject({ seq: 7 });
  });

  it('continues after the floor if all events that it has seen are pruned', async () => {
    const { engine, tail, applied, skips } = await followFive();
    engine.pruneTo(5);
    engine.append();
    await tail.catchUp();
    expect([applied, skips]).toEqual([[1, 2, 3, 4, 5, 6], []]);
  });

  it('does not move back if offered events advance it before it skips', async () => {
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
    for (let count = 0; count < 5; count += 1) events.push(engine.append());
    engine.pruneTo(2);
    await tail.catchUp();
    expect([applied, skips]).toEqual([[1, 2, 3, 4, 5], []]);
  });

  it('recognizes a loss by the mark of the floor', async () => {
    const { engine, tail, logged } = await followFive();
    engine.pruneTo(5);
    engine.floor = { seq: 5, mark: newMark() };
    await tail.catchUp();
    expect(logged[0]).toBe(lost);
  });
});
