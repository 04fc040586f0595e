import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Freshness } from '../../../../src/runtime/log/freshness.ts';
import { followLog } from './follow-log.ts';
import { MemoryEngine } from './memory-engine.ts';

describe('a tail that cannot read its log', () => {
  it('becomes stale, and fresh again with the next read', async () => {
    const engine = new MemoryEngine();
    const { tail } = await followLog({ engine, pollIntervalMs: 5, staleAfterMs: 50 });
    expect(tail.freshness.isStale).toBe(false);
    engine.failure = new Error('the connection was reset');
    await expect.poll(() => tail.freshness.isStale).toBe(true);
    expect(tail.freshness.staleMs).toBeGreaterThanOrEqual(50);
    const { readCount } = tail.freshness;
    engine.failure = null;
    await expect.poll(() => tail.freshness.isStale).toBe(false);
    expect(tail.freshness.readCount).toBeGreaterThan(readCount);
  });

  it('gives up once per outage', async () => {
    const engine = new MemoryEngine();
    const { tail, giveUps, logged } = await followLog({ engine, pollIntervalMs: 5, giveUpMs: 50 });
    engine.failure = new Error('the connection was reset');
    await expect.poll(giveUps).toBe(1);
    await wait(100);
    expect(giveUps()).toBe(1);
    expect(logged).toContain(
      'error: the log could not be read for too long: clients are moved to other servers',
    );
    engine.failure = null;
    await tail.catchUp();
    engine.failure = new Error('the connection was reset');
    await expect.poll(giveUps).toBe(2);
  });

  it('gives up as soon as it is stale if another node still reads', async () => {
    const engine = new MemoryEngine();
    const { tail, giveUps } = await followLog({ engine, pollIntervalMs: 5, staleAfterMs: 100 });
    engine.failure = new Error('the connection was reset');
    await tail.catchUp();
    // The event may have been appended before the outage.
    tail.hint({ headSeq: 1, events: [] });
    await expect.poll(() => tail.freshness.isStale).toBe(true);
    expect(giveUps()).toBe(0);
    tail.hint({ headSeq: 0, events: [] });
    expect(giveUps()).toBe(0);
    tail.hint({ headSeq: 2, events: [] });
    tail.hint({ headSeq: 3, events: [] });
    expect(giveUps()).toBe(1);
  });
});

describe('freshness', () => {
  it('gives a process that was suspended time to read before it gives up', () => {
    let giveUps = 0;
    const freshness = new Freshness({
      giveUpMs: 60_000,
      onGiveUp() {
        giveUps += 1;
      },
    });
    // An integer, because differences of fractions are not exact.
    const nowMs = Math.ceil(performance.now());
    freshness.tick(nowMs + 1000);
    freshness.tick(nowMs + 500_000);
    freshness.tick(nowMs + 501_000);
    expect(giveUps).toBe(0);
    for (let laterMs = 502_000; laterMs <= 559_000; laterMs += 1000) freshness.tick(nowMs + laterMs);
    expect(giveUps).toBe(0);
    freshness.tick(nowMs + 560_000);
    expect(giveUps).toBe(1);
  });
});
