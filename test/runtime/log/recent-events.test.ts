import { describe, expect, it } from 'vitest';
import { isMessage, type LogEvent, type MessageEvent } from '../../../src/runtime/log/event.ts';
import { RecentEvents } from '../../../src/runtime/log/recent-events.ts';

function message(seq: number, fields: Partial<MessageEvent> = {}): LogEvent {
  return {
    seq,
    mark: seq * 7,
    createdAtMs: 0,
    kind: 'message',
    channel: 'news',
    message: 'article',
    topic: 'ann',
    also: [],
    entity: null,
    payload: '"text"',
    revises: null,
    ...fields,
  };
}

function seqsOf(events: Iterable<LogEvent> | null): readonly number[] | null {
  return events === null ? null : [...events].map(({ seq }) => seq);
}

function payloadsOf(events: Iterable<LogEvent> | null): readonly (string | null)[] {
  return [...(events ?? [])].map((event) => (isMessage(event) ? event.payload : null));
}

const limits = { maxEvents: 100, maxBytes: 1e6, maxAgeMs: 1e6 };
const beginning = { seq: 0, mark: 0 };

describe('recent events', () => {
  it('are those after a seq, or null if some are missing', () => {
    const recent = new RecentEvents({ ...limits, maxEvents: 4 }, { seq: 10, mark: 70 });
    expect(seqsOf(recent.after(10))).toEqual([]);
    expect(seqsOf(recent.after(9))).toBeNull();
    for (let seq = 11; seq <= 16; seq += 1) recent.add(message(seq));
    expect(seqsOf(recent.after(12))).toEqual([13, 14, 15, 16]);
    expect(seqsOf(recent.after(15))).toEqual([16]);
    expect(seqsOf(recent.after(16))).toEqual([]);
    expect(seqsOf(recent.after(11))).toBeNull();
  });

  it('are limited in bytes, but include the newest', () => {
    const recent = new RecentEvents({ ...limits, maxBytes: 3000 }, beginning);
    for (let seq = 1; seq <= 10; seq += 1) recent.add(message(seq, { payload: 'x'.repeat(100) }));
    expect(seqsOf(recent.after(7))).toEqual([8, 9, 10]);
    expect(seqsOf(recent.after(6))).toBeNull();
    recent.add(message(11, { payload: 'x'.repeat(10_000) }));
    expect(seqsOf(recent.after(10))).toEqual([11]);
    expect(seqsOf(recent.after(9))).toBeNull();
  });

  it('are dropped when they are older than the maximum age', () => {
    const recent = new RecentEvents({ ...limits, maxAgeMs: 1000 }, beginning);
    recent.add(message(1));
    recent.tick(performance.now() - 1001);
    recent.add(message(2));
    recent.tick(performance.now());
    expect(seqsOf(recent.after(0))).toBeNull();
    expect(seqsOf(recent.after(1))).toEqual([2]);
  });

  it('have marks, as has the one before them', () => {
    const recent = new RecentEvents({ ...limits, maxEvents: 3 }, { seq: 4, mark: 28 });
    expect([3, 4, 5].map((seq) => recent.markAt(seq))).toEqual([null, 28, null]);
    for (let seq = 5; seq <= 9; seq += 1) recent.add(message(seq));
    expect([5, 6, 7, 9, 10].map((seq) => recent.markAt(seq))).toEqual([null, 42, 49, 63, null]);
  });

  it('lose the payloads of an entity when it is redacted', () => {
    const recent = new RecentEvents(limits, beginning);
    recent.add(message(1, { entity: 'a' }));
    recent.add(message(2, { entity: 'b' }));
    recent.add(message(3, { entity: 'a', message: 'comment' }));
    recent.add(message(4));
    recent.add(message(5, { kind: 'redact', entity: 'a', payload: '"gone"' }));
    expect(payloadsOf(recent.after(0))).toEqual([null, '"text"', null, '"text"', '"gone"']);
  });

  it('get the payload of a revision if they have its channel, entity and message', () => {
    const recent = new RecentEvents(limits, beginning);
    recent.add(message(1, { entity: 'a' }));
    recent.add(message(2, { entity: 'a', message: 'comment' }));
    recent.add(message(3, { entity: 'a', channel: 'other' }));
    recent.add(message(4, { entity: 'b' }));
    recent.add(
      message(5, { kind: 'revise', entity: 'a', revises: 'article', message: null, payload: '"new"' }),
    );
    expect(payloadsOf(recent.after(0))).toEqual(['"new"', '"text"', '"text"', '"text"', '"new"']);
  });

  it('stay redacted when a revision follows', () => {
    const recent = new RecentEvents(limits, beginning);
    recent.add(message(1, { entity: 'a' }));
    recent.add(message(2, { kind: 'redact', entity: 'a', payload: null }));
    recent.add(message(3, { kind: 'revise', entity: 'a', revises: 'article', payload: '"new"' }));
    expect(payloadsOf(recent.after(0))).toEqual([null, null, '"new"']);
  });

  it('are found by entity after older ones were dropped', () => {
    const recent = new RecentEvents({ ...limits, maxEvents: 4 }, beginning);
    for (let seq = 1; seq <= 9; seq += 1)
      recent.add(message(seq, { entity: seq % 2 === 0 ? 'a' : `${seq}` }));
    recent.add(message(10, { kind: 'redact', entity: 'a', payload: null }));
    expect(payloadsOf(recent.after(6))).toEqual(['"text"', null, '"text"', null]);
  });

  it('free the bytes of what is redacted', () => {
    const recent = new RecentEvents({ ...limits, maxBytes: 5000 }, beginning);
    recent.add(message(1, { entity: 'a', payload: 'x'.repeat(900) }));
    recent.add(message(2, { kind: 'redact', entity: 'a', payload: null }));
    recent.add(message(3, { payload: 'x'.repeat(800) }));
    expect(seqsOf(recent.after(0))).toEqual([1, 2, 3]);
  });

  it('are dropped by the time that passes, and lose their marks', () => {
    const recent = new RecentEvents({ ...limits, maxAgeMs: 1000 }, beginning);
    recent.add(message(1));
    recent.add(message(2));
    recent.tick(1000);
    recent.add(message(3));
    recent.tick(1999);
    expect(recent.markAt(1)).toBe(7);
    recent.tick(2000);
    expect([1, 2, 3].map((seq) => recent.markAt(seq))).toEqual([null, 14, 21]);
  });

  it('are dropped between ticks', () => {
    const recent = new RecentEvents({ ...limits, maxAgeMs: 1000 }, beginning);
    recent.add(message(1));
    recent.tick(performance.now() - 1001);
    expect(seqsOf(recent.after(0))).toBeNull();
  });

  it('keep their payloads when an event without an entity redacts, or another message follows', () => {
    const recent = new RecentEvents(limits, beginning);
    recent.add(message(1));
    recent.add(message(2, { kind: 'redact', payload: '"gone"' }));
    recent.add(message(3, { entity: 'a', message: null }));
    recent.add(message(4, { entity: 'a', payload: '"new"' }));
    expect(payloadsOf(recent.after(0))).toEqual(['"text"', '"gone"', '"text"', '"new"']);
  });

  it('are changed if they are about the same entity, however many entities there are', () => {
    const count = 3000;
    const recent = new RecentEvents({ ...limits, maxEvents: 2 * count, maxBytes: 1e9 }, beginning);
    for (let seq = 1; seq <= count; seq += 1) recent.add(message(seq, { entity: `entity-${seq}` }));
    for (let about = 2; about <= count; about += 2) {
      const seq = count + about / 2;
      recent.add(message(seq, { entity: `entity-${about}`, kind: 'redact', payload: null }));
    }
    const kept = payloadsOf(recent.after(0)).slice(0, count);
    expect(kept).toEqual(Array.from({ length: count }, (_, index) => (index % 2 === 0 ? '"text"' : null)));
  });
});
