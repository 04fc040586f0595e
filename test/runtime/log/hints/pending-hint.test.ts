import { describe, expect, it } from 'vitest';
import { PendingHint } from '../../../../src/runtime/log/hints/pending-hint.ts';
import { eventOf, testFormat } from './test-format.ts';

describe('PendingHint', () => {
  it('is empty at first, and after each take', () => {
    const pending = new PendingHint(testFormat.sizeOf);
    expect(pending.take()).toBeNull();
    pending.add(eventOf(1));
    expect(pending.take()?.events.map(({ seq }) => seq)).toEqual([1]);
    expect(pending.take()).toBeNull();
  });

  it('collects events, and keeps the newest seq when they are dropped', () => {
    const pending = new PendingHint(testFormat.sizeOf);
    for (const seq of [1, 2, 3]) pending.add(eventOf(seq));
    expect(pending.take()).toMatchObject({ headSeq: 3, events: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] });
    pending.add(eventOf(4));
    pending.addSeq(6);
    pending.addSeq(5);
    pending.dropEvents();
    expect(pending.take()).toEqual({ headSeq: 6, events: [] });
    pending.addSeq(0);
    expect(pending.take()).toEqual({ headSeq: 0, events: [] });
  });

  it.each([
    ['many events', 1000, 'text', 256],
    ['long events', 1000, 'x'.repeat(10_000), 6],
    ['a single event that is too long', 1, 'x'.repeat(100_000), 0],
  ])('keeps a bounded part of %s, and the newest seq', (_title, count, text, max) => {
    const pending = new PendingHint(testFormat.sizeOf);
    for (let seq = 1; seq <= count; seq += 1) pending.add(eventOf(seq, text));
    const { headSeq, events } = pending.take() ?? { headSeq: 0, events: [] };
    expect(headSeq).toBe(count);
    expect(events.length).toBeLessThanOrEqual(max);
    expect(events.map(({ seq }) => seq)).toEqual(
      events.map((_event, index) => count - events.length + 1 + index),
    );
  });

  it('publishes only the seq of an event without a size', () => {
    const pending = new PendingHint(testFormat.sizeOf);
    pending.add({ seq: 4, text: null });
    expect(pending.take()).toEqual({ headSeq: 4, events: [] });
  });

  it.each([
    ['256 events', 256, 100],
    ['65,536 characters', 2, 32_768],
  ])('keeps %s, and drops them for one more', (_title, count, size) => {
    const pending = new PendingHint<{ readonly seq: number }>(() => size);
    const addAll = (): void => {
      for (let seq = 1; seq <= count; seq += 1) pending.add({ seq });
    };
    addAll();
    expect(pending.take()?.events).toHaveLength(count);
    addAll();
    pending.add({ seq: count + 1 });
    expect(pending.take()).toEqual({ headSeq: count + 1, events: [] });
  });
});
