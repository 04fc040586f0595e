import { describe, expect, it } from 'vitest';
import { followLog } from './follow-log.ts';
import { MemoryEngine } from './memory-engine.ts';

describe('an event of a kind that this version does not know', () => {
  it('stops the tail before it if readers must know it', async () => {
    const engine = new MemoryEngine();
    const { tail, applied, stops, logged } = await followLog({ engine });
    engine.append();
    const unknown = engine.appendUnknown('0.9.0');
    engine.append();
    await tail.catchUp();
    await tail.catchUp();
    expect(applied).toEqual([1]);
    expect(tail.position.seq).toBe(1);
    expect(tail.stopped).toEqual(unknown);
    expect(stops).toEqual([unknown]);
    expect(logged).toEqual([
      'error: this version does not know an event of the log: upgrade this server to the required version',
    ]);
  });

  it('stops the tail if it is offered, and so do the events after it', async () => {
    const engine = new MemoryEngine();
    const { tail, applied, stops } = await followLog({ engine });
    tail.offer(engine.appendUnknown('0.9.0'));
    tail.offer(engine.append());
    await tail.applied();
    await tail.catchUp();
    expect([applied, stops.length]).toEqual([[], 1]);
  });

  it('is not skipped when it is pruned, or when the log has a new history', async () => {
    const engine = new MemoryEngine();
    const { tail, skips, stops } = await followLog({ engine });
    engine.appendUnknown('0.9.0');
    await tail.catchUp();
    engine.append();
    engine.pruneTo(1);
    await tail.catchUp();
    await engine.beginEpoch(tail.epoch);
    await tail.catchUp();
    expect([skips, tail.position.seq, stops.length]).toEqual([[], 0, 1]);
  });

  it('leaves the tail fresh, because the log can be read', async () => {
    const engine = new MemoryEngine();
    const { tail } = await followLog({ engine });
    engine.appendUnknown('0.9.0');
    const { readCount } = tail.freshness;
    await tail.catchUp();
    expect(tail.freshness.readCount).toBeGreaterThan(readCount);
  });

  it('is passed if readers may skip it, without being applied', async () => {
    const engine = new MemoryEngine();
    const { tail, applied, stops } = await followLog({ engine });
    engine.append();
    engine.appendUnknown(null);
    engine.append();
    await tail.catchUp();
    expect([applied, stops, tail.stopped]).toEqual([[1, 3], [], null]);
    expect(tail.position.seq).toBe(3);
  });
});
