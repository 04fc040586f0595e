import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { followLog } from './follow-log.ts';
import { MemoryEngine } from './memory-engine.ts';

const hintOf = (headSeq: number) => ({ headSeq, events: [] });

async function followEmpty(options: {
  readonly pollIntervalMs?: number;
  readonly refreshIntervalMs: number;
}) {
  const engine = new MemoryEngine();
  const followed = await followLog({ engine, ...options });
  engine.stateReads.length = 0;
  engine.eventReads = 0;
  return { engine, ...followed };
}

describe('a tail that gets hints', () => {
  it('reads the events alone', async () => {
    const { engine, tail, applied } = await followEmpty({ refreshIntervalMs: 1 });
    engine.append();
    engine.append();
    tail.hint(hintOf(2));
    await expect.poll(() => applied).toEqual([1, 2]);
    expect(engine.eventReads).toBe(1);
    expect(engine.stateReads).toEqual([]);
  });

  it('reads at once, then once for all hints of the interval', async () => {
    const { engine, tail, applied } = await followEmpty({ refreshIntervalMs: 100 });
    for (let seq = 1; seq <= 10; seq += 1) {
      engine.append();
      tail.hint(hintOf(seq));
      await Promise.resolve();
    }
    await expect.poll(() => applied.length).toBe(10);
    expect(engine.eventReads).toBeLessThanOrEqual(2);
  });

  it('reads the state too if the hint is wrong', async () => {
    const { engine, tail, applied } = await followEmpty({ refreshIntervalMs: 1 });
    engine.append();
    tail.hint(hintOf(9));
    await expect.poll(() => engine.stateReads.length).toBeGreaterThan(0);
    expect(applied).toEqual([1]);
  });

  it('reads the state at every tick, whatever the hints', async () => {
    const { engine, tail } = await followEmpty({ pollIntervalMs: 20, refreshIntervalMs: 1 });
    const eventsAfter = engine.eventsAfter.bind(engine);
    // So that a read because of a hint is always in progress.
    engine.eventsAfter = async (...options) => {
      await wait(50);
      return await eventsAfter(...options);
    };
    const hinting = setInterval(() => tail.hint(hintOf(engine.append().seq)), 1);
    await expect.poll(() => engine.stateReads.length).toBeGreaterThan(3);
    clearInterval(hinting);
  });
});
