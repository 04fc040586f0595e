import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../src/feed-server/feed/cursor.ts';
import { createLogReader } from '../../../src/feed-server/feed/log-reader.ts';
import { RecentEvents } from '../../../src/feed-server/feed/recent-events.ts';
import { UnackedPosts } from '../../../src/feed-server/feed/unacked-posts.ts';
import type { FeedEvent } from '../../../src/feed-server/store/event.ts';

function post(seq: number, text = 'text'): FeedEvent {
  return { kind: 'post', seq, createdAtMs: 0, author: 'ada', postId: `${seq}`, text };
}

function seqsOf(events: Iterable<FeedEvent> | null): readonly number[] | null {
  return events === null ? null : [...events].map(({ seq }) => seq);
}

describe('a cursor', () => {
  it.each([0, 1, 2 ** 32, 2 ** 48 - 1])('decodes to its epoch and seq %d', (seq) => {
    const cursor = { epoch: '7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11', seq };
    const text = encodeCursor(cursor);
    expect(text).toMatch(/^[\w-]{30}$/);
    expect(decodeCursor(text)).toEqual(cursor);
  });

  it.each(['', 'now', 'x'.repeat(29), 'x'.repeat(31), `${'x'.repeat(29)}=`])(
    'is rejected if it is %j',
    (text) => {
      expect(decodeCursor(text)).toBeNull();
    },
  );
});

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

describe('UnackedPosts', () => {
  it('counts nothing before the first ack', () => {
    const unacked = new UnackedPosts();
    unacked.add(1, 0);
    expect([unacked.size, unacked.isOverdue(1000)]).toEqual([0, false]);
  });

  it('acknowledges cumulatively, and knows the age of the oldest post', () => {
    const unacked = new UnackedPosts();
    unacked.acknowledge(0);
    for (let seq = 1; seq <= 300; seq += 1) unacked.add(seq, seq * 10);
    expect([unacked.size, unacked.isFull(300), unacked.isFull(301)]).toEqual([300, true, false]);
    unacked.acknowledge(150);
    expect([unacked.size, unacked.isOverdue(1510), unacked.isOverdue(1511)]).toEqual([150, false, true]);
    unacked.acknowledge(100);
    expect(unacked.size).toBe(150);
    unacked.acknowledge(1000);
    expect([unacked.size, unacked.isOverdue(1e9)]).toEqual([0, false]);
  });
});

describe('a log reader', () => {
  it('shares reads in progress, and limits how many run at the same time', async () => {
    const reads: { readonly afterSeq: number; answer(events: readonly FeedEvent[]): void }[] = [];
    const reader = createLogReader(
      { eventsAfter: (afterSeq) => new Promise((answer) => void reads.push({ afterSeq, answer })) },
      2,
    );
    const pages = [1, 1, 1, 2, 3, 4].map((afterSeq) => reader.read(afterSeq));
    await Promise.resolve();
    expect(reads.map(({ afterSeq }) => afterSeq)).toEqual([1, 2]);
    reads[0]?.answer([post(2)]);
    expect(await Promise.all(pages.slice(0, 3))).toEqual([[post(2)], [post(2)], [post(2)]]);
    await expect.poll(() => reads.map(({ afterSeq }) => afterSeq)).toEqual([1, 2, 3]);
    reads[1]?.answer([]);
    reads[2]?.answer([]);
    await expect.poll(() => reads.length).toBe(4);
    reads[3]?.answer([]);
    await Promise.all(pages);
  });

  it('reports events that are no longer in the log as expired', async () => {
    const reader = createLogReader({ eventsAfter: async () => [post(9)] }, 1);
    expect(await reader.read(8)).toEqual([post(9)]);
    expect(await reader.read(7)).toBe('expired');
  });

  it('rejects if a read fails, and reads again afterwards', async () => {
    let fails = true;
    const reader = createLogReader(
      {
        async eventsAfter() {
          if (fails) throw new Error('the disk is gone');
          return [post(1)];
        },
      },
      1,
    );
    await expect(reader.read(0)).rejects.toThrow('the disk is gone');
    fails = false;
    expect(await reader.read(0)).toEqual([post(1)]);
  });
});
