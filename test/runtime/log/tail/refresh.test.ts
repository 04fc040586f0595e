import { describe, expect, it } from 'vitest';
import { followLog } from './follow-log.ts';
import { MemoryEngine } from './memory-engine.ts';

/** Longer than a busy machine stalls, so that the order of events is certain. */
const refreshIntervalMs = 200;

async function followEmpty(isSoleWriter = false) {
  const engine = new MemoryEngine();
  const { tail } = await followLog({ engine, refreshIntervalMs, isSoleWriter });
  engine.stateReads.length = 0;
  return { engine, tail };
}

describe('a refresh of the tail', () => {
  it('is one read for concurrent callers', async () => {
    const { engine, tail } = await followEmpty();
    await Promise.all(Array.from({ length: 1000 }, () => tail.refresh()));
    expect(engine.stateReads).toHaveLength(1);
  });

  it('is a second read for all who call during the first', async () => {
    const { engine, tail } = await followEmpty();
    const late: Promise<void>[] = [];
    engine.onState = () => {
      if (late.length === 0) late.push(...Array.from({ length: 1000 }, () => tail.refresh()));
    };
    await tail.refresh();
    expect(engine.stateReads).toHaveLength(1);
    await Promise.all(late);
    expect(engine.stateReads).toHaveLength(2);
  });

  it('does not wait for the refreshes of later callers', async () => {
    const { engine, tail } = await followEmpty();
    const others: Promise<void>[] = [];
    engine.onState = () => {
      if (others.length < 3) others.push(tail.refresh());
    };
    await tail.refresh();
    expect(engine.stateReads).toHaveLength(1);
    // Each of them makes the next.
    for (const other of others) await other;
  });

  it('reads nothing if this process is the only writer', async () => {
    const { engine, tail } = await followEmpty(true);
    await tail.refresh();
    expect(engine.stateReads).toEqual([]);
  });

  it('waits for the only writer to catch up with what was in its log before', async () => {
    const engine = new MemoryEngine();
    const { tail, applied } = await followLog({ engine, isSoleWriter: true });
    engine.append();
    engine.append();
    void tail.catchUp();
    await tail.refresh();
    expect(applied).toEqual([1, 2]);
  });

  it('waits for events that are missing before an offered one of the only writer', async () => {
    const engine = new MemoryEngine();
    const { tail, applied } = await followLog({ engine, isSoleWriter: true });
    engine.append();
    tail.offer(engine.append());
    await tail.refresh();
    expect(applied).toEqual([1, 2]);
  });

  it('rejects if the log cannot be read, which is logged once', async () => {
    const engine = new MemoryEngine();
    const { tail, logged, applied } = await followLog({ engine });
    engine.failure = new Error('the disk is gone');
    engine.append();
    await expect(tail.refresh()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(tail.refresh()).rejects.toMatchObject({ code: 'unavailable' });
    expect(logged).toEqual(['error: cannot read the log; trying again']);
    engine.failure = null;
    await tail.refresh();
    expect(applied).toEqual([1]);
  });

  it('rejects once the tail is closed', async () => {
    const { tail } = await followEmpty();
    await tail.close();
    await expect(tail.refresh()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
