import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEventLog } from '../../../../src/runtime/log/create-event-log.ts';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';
import { openSqliteEngine } from '../../../../src/runtime/log/sqlite/sqlite-engine.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { followLog } from './follow-log.ts';

const draft = { channel: 'news', message: 'article', topic: 'ann', payload: {} };
const upTo = (seq: number): readonly number[] => Array.from({ length: seq }, (_, index) => index + 1);

async function openEngine() {
  const folder = await mkdtemp(join(tmpdir(), 'posted-tail-'));
  const engine = await openSqliteEngine({
    path: join(folder, 'log.sqlite'),
    migrations: () => ({}),
    log: silentLog,
  });
  onTestFinished(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });
  const log = createEventLog(engine, () => {});
  const append = async (): Promise<LogEvent> => (await log.append([draft]))[0] as LogEvent;
  return { engine, append };
}

/** A tail that takes 4 ms to apply an event, and a log with 20 events. */
async function followSlowly() {
  const { engine, append } = await openEngine();
  const applied: number[] = [];
  const { tail } = await followLog(
    { engine },
    {
      apply({ seq }) {
        const endMs = performance.now() + 4;
        while (performance.now() < endMs);
        applied.push(seq);
      },
    },
  );
  const events = await Promise.all(Array.from({ length: 20 }, append));
  return { tail, applied, events };
}

describe('a tail', () => {
  it('starts after the newest event of the log', async () => {
    const { engine, append } = await openEngine();
    const { seq, mark } = await append();
    const { tail, applied } = await followLog({ engine });
    expect(tail.position).toEqual({ seq, mark });
    expect(applied).toEqual([]);
  });

  it('applies each event once, however often it is offered', async () => {
    const { engine, append } = await openEngine();
    const { tail, applied } = await followLog({ engine });
    const events = [await append(), await append(), await append()];
    for (const event of [...events, ...events]) tail.offer(event);
    expect(applied).toEqual([1, 2, 3]);
    expect(tail.position).toEqual({ seq: 3, mark: events[2]?.mark });
  });

  it('applies events in order that arrive out of order', async () => {
    const { engine, append } = await openEngine();
    const { tail, applied } = await followLog({ engine });
    const events = [await append(), await append(), await append(), await append()];
    for (const index of [3, 1, 2, 0]) tail.offer(events[index] as LogEvent);
    expect(applied).toEqual([1, 2, 3, 4]);
  });

  it('reads missing events from the log', async () => {
    const { engine, append } = await openEngine();
    const { tail, applied } = await followLog({ engine, gapTimeoutMs: 1 });
    await append();
    await append();
    tail.offer(await append());
    expect(applied).toEqual([]);
    await expect.poll(() => applied).toEqual([1, 2, 3]);
  });

  it('polls for events that nobody offers', async () => {
    const { engine, append } = await openEngine();
    const { applied } = await followLog({ engine, pollIntervalMs: 5 });
    await append();
    await append();
    await expect.poll(() => applied).toEqual([1, 2]);
  });

  it('reads many pages while events are offered', async () => {
    const { engine, append } = await openEngine();
    const { tail, applied } = await followLog({ engine });
    const events = await Promise.all(Array.from({ length: 2500 }, append));
    const caughtUp = tail.catchUp();
    for (const event of events.slice(-5)) tail.offer(event);
    tail.offer(await append());
    await caughtUp;
    await tail.catchUp();
    expect(applied).toEqual(upTo(2501));
  });

  it('reads on after an event that fills a page alone', async () => {
    const { engine, append } = await openEngine();
    const log = createEventLog(engine, () => {});
    const { tail, applied } = await followLog({ engine });
    await log.append([{ ...draft, payload: 'x'.repeat(2_000_000) }]);
    await tail.catchUp();
    await append();
    await tail.catchUp();
    expect(applied).toEqual([1, 2]);
  });

  it('reads because of a hint that another node has appended', async () => {
    const { engine, append } = await openEngine();
    const { tail, applied } = await followLog({ engine });
    const events = [await append(), await append(), await append()];
    tail.hint({ headSeq: 3, events: events.slice(0, 1) });
    expect(applied).toEqual([1]);
    await expect.poll(() => applied).toEqual([1, 2, 3]);
  });

  it('refreshes with a read that begins after the call', async () => {
    const { engine, append } = await openEngine();
    const { tail, applied } = await followLog({ engine });
    for (const seq of [1, 2, 3]) {
      const earlier = tail.catchUp();
      await append();
      await tail.refresh();
      expect(applied.at(-1)).toBe(seq);
      await earlier;
    }
  });

  it('skips events that were pruned', async () => {
    const { engine, append } = await openEngine();
    const { tail, applied, skips } = await followLog({ engine });
    await append();
    const { seq, mark } = await append();
    await engine.prune(-1);
    await tail.refresh();
    await append();
    await tail.refresh();
    expect(skips).toEqual([{ reason: 'expired', position: { seq, mark }, epoch: tail.epoch }]);
    expect(applied).toEqual([3]);
  });

  it('follows a new history', async () => {
    const { engine, append } = await openEngine();
    const { tail, skips } = await followLog({ engine });
    const epoch = await engine.beginEpoch(tail.epoch);
    const { seq, mark } = await append();
    await tail.refresh();
    expect(skips).toEqual([{ reason: 'epoch', position: { seq, mark }, epoch }]);
  });
});

describe('a tail whose events take long to apply', () => {
  it('lets other work run between offered events, and keeps their order', async () => {
    const { tail, applied, events } = await followSlowly();
    for (const event of events) tail.offer(event);
    const atOnce = applied.length;
    await turn();
    const inNextTurn = applied.length;
    await tail.applied();
    expect(atOnce).toBeGreaterThan(0);
    expect(atOnce).toBeLessThan(10);
    expect(inNextTurn).toBeLessThan(20);
    expect(applied).toEqual(upTo(20));
  });

  it('lets other work run between events from the log, and applies each once', async () => {
    const { tail, applied, events } = await followSlowly();
    const read = tail.catchUp();
    while (applied.length === 0) await turn();
    expect(applied.length).toBeLessThan(20);
    for (const event of events) tail.offer(event);
    await read;
    await tail.applied();
    expect(applied).toEqual(upTo(20));
  });
});
