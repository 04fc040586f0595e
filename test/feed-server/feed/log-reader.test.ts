import { describe, expect, it } from 'vitest';
import { createLogReader } from '../../../src/feed-server/feed/log-reader.ts';
import type { FeedEvent } from '../../../src/feed-server/store/event.ts';

function post(seq: number): FeedEvent {
  return { kind: 'post', seq, createdAtMs: 0, author: 'ada', postId: `${seq}`, text: 'text' };
}

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
