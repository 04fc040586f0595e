import { describe, expect, it } from 'vitest';
import { RecentEvents } from '../../../src/feed-server/feed/recent-events.ts';
import type { FeedEvent } from '../../../src/feed-server/store/event.ts';

function post(seq: number, text = 'text'): FeedEvent {
  return { kind: 'post', seq, createdAtMs: 0, author: 'ada', postId: `${seq}`, text };
}

function seqsOf(events: Iterable<FeedEvent> | null): readonly number[] | null {
  return events === null ? null : [...events].map(({ seq }) => seq);
}

const limits = { maxEvents: 100, maxBytes: 1e6, maxAgeMs: 1e6 };

describe('RecentEvents', () => {
  it('returns the events after a seq, and null if some are missing', () => {
    const recent = new RecentEvents({ ...limits, maxEvents: 4 }, 10);
    expect(seqsOf(recent.after(10))).toEqual([]);
    expect(seqsOf(recent.after(9))).toBeNull();
    for (let seq = 11; seq <= 16; seq += 1) recent.add(post(seq));
    expect(seqsOf(recent.after(12))).toEqual([13, 14, 15, 16]);
    expect(seqsOf(recent.after(15))).toEqual([16]);
    expect(seqsOf(recent.after(16))).toEqual([]);
    expect(seqsOf(recent.after(11))).toBeNull();
  });

  it('is limited in bytes, but always keeps the newest event', () => {
    const recent = new RecentEvents({ ...limits, maxBytes: 3000 }, 0);
    for (let seq = 1; seq <= 10; seq += 1) recent.add(post(seq, 'x'.repeat(100)));
    expect(seqsOf(recent.after(7))).toEqual([8, 9, 10]);
    expect(seqsOf(recent.after(6))).toBeNull();
    recent.add(post(11, 'x'.repeat(10_000)));
    expect(seqsOf(recent.after(10))).toEqual([11]);
    expect(seqsOf(recent.after(9))).toBeNull();
  });

  it('drops events that are older than the maximum age', () => {
    const recent = new RecentEvents({ ...limits, maxAgeMs: 1000 }, 0);
    recent.add(post(1));
    recent.tick(performance.now() - 1001);
    recent.add(post(2));
    recent.tick(performance.now());
    expect(seqsOf(recent.after(0))).toBeNull();
    expect(seqsOf(recent.after(1))).toEqual([2]);
  });

  it('returns posts as they were revised', () => {
    const recent = new RecentEvents({ ...limits, maxEvents: 4 }, 0);
    for (let seq = 1; seq <= 3; seq += 1) recent.add(post(seq));
    recent.revise('2', 'changed');
    recent.revise('3', null);
    recent.revise('4', 'unknown');
    expect([...(recent.after(0) ?? [])].map((event) => event.kind === 'post' && event.text)).toEqual([
      'text',
      'changed',
      null,
    ]);
  });
});
