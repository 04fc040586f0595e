import { describe, expect, it } from 'vitest';
import { Outgoing } from '../../../../src/runtime/log/hints/outgoing.ts';
import { eventOf, testFormat } from './test-format.ts';

describe('Outgoing', () => {
  it('has nothing to tell at first, and nothing twice', () => {
    const outgoing = new Outgoing(testFormat.sizeOf);
    expect(outgoing.take()).toBeNull();
    outgoing.add(eventOf(1));
    expect(outgoing.take()?.events.map(({ seq }) => seq)).toEqual([1]);
    expect(outgoing.take()).toBeNull();
  });

  it('gathers events, and keeps the newest seq when they are to go', () => {
    const outgoing = new Outgoing(testFormat.sizeOf);
    for (const seq of [1, 2, 3]) outgoing.add(eventOf(seq));
    expect(outgoing.take()).toMatchObject({ headSeq: 3, events: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] });
    outgoing.add(eventOf(4));
    outgoing.mention(6);
    outgoing.mention(5);
    outgoing.forgetEvents();
    expect(outgoing.take()).toEqual({ headSeq: 6, events: [] });
    outgoing.mention(0);
    expect(outgoing.take()).toEqual({ headSeq: 0, events: [] });
  });

  it.each([
    ['of many events', 1000, 'text', 256],
    ['of long events', 1000, 'x'.repeat(10_000), 6],
    ['of an event that is too long alone', 1, 'x'.repeat(100_000), 0],
  ])('keeps a bounded part %s, and the newest seq', (_what, count, text, most) => {
    const outgoing = new Outgoing(testFormat.sizeOf);
    for (let seq = 1; seq <= count; seq += 1) outgoing.add(eventOf(seq, text));
    const { headSeq, events } = outgoing.take() ?? { headSeq: 0, events: [] };
    expect(headSeq).toBe(count);
    expect(events.length).toBeLessThanOrEqual(most);
    expect(events.map(({ seq }) => seq)).toEqual(
      events.map((_event, index) => count - events.length + 1 + index),
    );
  });

  it('publishes only the seq of an event without a size', () => {
    const outgoing = new Outgoing(testFormat.sizeOf);
    outgoing.add({ seq: 4, text: null });
    expect(outgoing.take()).toEqual({ headSeq: 4, events: [] });
  });
});
