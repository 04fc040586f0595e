import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../src/runtime/log/event.ts';
import { EventSequence } from '../../../src/runtime/log/event-sequence.ts';

const eventAt = (seq: number): LogEvent => ({
  seq,
  mark: seq * 7,
  createdAtMs: 0,
  kind: 'join',
  topic: 'ann',
  user: 'bob',
});
const events = (...seqs: number[]): LogEvent[] => seqs.map(eventAt);

/** A sequence at the beginning of the log, which does not pass the event with the seq `stopsBefore`. */
function createSequence({ stopsBefore = 0, applyMs = 0 } = {}) {
  const applied: number[] = [];
  const sequence = new EventSequence({ seq: 0, mark: 0 }, ({ seq }) => {
    if (seq === stopsBefore) return false;
    const endMs = performance.now() + applyMs;
    while (performance.now() < endMs);
    applied.push(seq);
    return true;
  });
  return { sequence, applied };
}

describe('a sequence of events', () => {
  it('has a gap only while an event waits for one that has not arrived', () => {
    const { sequence } = createSequence();
    expect(sequence.hasGap).toBe(false);
    sequence.offer(eventAt(2));
    expect(sequence.hasGap).toBe(true);
    sequence.offer(eventAt(1));
    expect(sequence.hasGap).toBe(false);
    sequence.hold();
    sequence.offer(eventAt(3));
    expect(sequence.hasGap).toBe(false);
  });

  it('has no gap because an old event is offered again', async () => {
    const { sequence, applied } = createSequence();
    for (const event of events(1, 2, 1, 2)) sequence.offer(event);
    await sequence.applied();
    expect([applied, sequence.hasGap]).toEqual([[1, 2], false]);
  });

  it('keeps 10,000 events that arrive early, and drops more', async () => {
    const { sequence, applied } = createSequence();
    for (let seq = 2; seq <= 10_005; seq += 1) sequence.offer(eventAt(seq));
    sequence.offer(eventAt(1));
    await sequence.applied();
    expect([applied.length, sequence.position]).toEqual([10_001, { seq: 10_001, mark: 70_007 }]);
  });

  it('applies those events of a page that it has not applied, and then those that waited', async () => {
    const { sequence, applied } = createSequence();
    await sequence.applyPage(events(1, 2));
    sequence.offer(eventAt(5));
    await sequence.applyPage(events(1, 2, 3, 4));
    await sequence.applied();
    expect(applied).toEqual([1, 2, 3, 4, 5]);
  });

  it('applies a page, but no offered event, while it is held', async () => {
    const { sequence, applied } = createSequence();
    sequence.hold();
    for (const event of events(1, 3)) sequence.offer(event);
    expect(applied).toEqual([]);
    await sequence.applyPage(events(1, 2));
    expect(applied).toEqual([1, 2]);
    sequence.release();
    await sequence.applied();
    expect(applied).toEqual([1, 2, 3]);
  });

  it('stops before an event that must not be passed, however it arrives', async () => {
    const { sequence, applied } = createSequence({ stopsBefore: 3 });
    sequence.offer(eventAt(4));
    await sequence.applyPage(events(1, 2, 3));
    sequence.offer(eventAt(3));
    expect([applied, sequence.position.seq]).toEqual([[1, 2], 2]);
  });

  it('never applies what it has moved past, or what was cleared', async () => {
    const { sequence, applied } = createSequence();
    for (const event of events(3, 5)) sequence.offer(event);
    sequence.moveTo({ seq: 5, mark: 1 });
    expect([applied, sequence.hasGap]).toEqual([[], false]);
    for (const event of events(8, 9)) sequence.offer(event);
    sequence.clear();
    expect(sequence.hasGap).toBe(false);
    for (const event of events(6, 7)) sequence.offer(event);
    await sequence.applied();
    expect(applied).toEqual([6, 7]);
  });
});

describe('a sequence of events that each take a whole turn', () => {
  it('applies one offered event per turn, in order', async () => {
    const { sequence, applied } = createSequence({ applyMs: 12 });
    for (const event of events(2, 1, 4, 3)) sequence.offer(event);
    expect(applied).toEqual([1]);
    await turn();
    expect(applied.length).toBeLessThan(3);
    await sequence.applied();
    expect(applied).toEqual([1, 2, 3, 4]);
  });

  it('applies one event of a page per turn, and nothing twice that is offered meanwhile', async () => {
    const { sequence, applied } = createSequence({ applyMs: 12 });
    const paged = sequence.applyPage(events(1, 2, 3));
    expect(applied).toEqual([1]);
    for (const event of events(2, 3, 4)) sequence.offer(event);
    await paged;
    await sequence.applied();
    expect(applied).toEqual([1, 2, 3, 4]);
  });

  it('applies none in the next turn if it is held before', async () => {
    const { sequence, applied } = createSequence({ applyMs: 12 });
    for (const event of events(1, 2)) sequence.offer(event);
    sequence.hold();
    await sequence.applied();
    expect(applied).toEqual([1]);
    sequence.release();
    expect(applied).toEqual([1, 2]);
  });
});
