import { afterEach, describe, expect, it, vi } from 'vitest';
import { PendingMessages } from '../../../../src/runtime/log/hints/pending-messages.ts';

function createPending() {
  const dropped: string[] = [];
  const pending = new PendingMessages((reason) => void dropped.push(reason));
  /** The first byte of each message, in batches. */
  const takeAll = () => {
    const batches: (number | undefined)[][] = [];
    for (let batch = pending.takeBatch(); batch.length > 0; batch = pending.takeBatch()) {
      batches.push(batch.map(([first]) => first));
    }
    return batches;
  };
  return { pending, dropped, takeAll };
}

function message(first: number, length = 1): Uint8Array {
  return new Uint8Array(length).fill(first, 0, 1);
}

describe('PendingMessages', () => {
  afterEach(() => void vi.useRealTimers());

  it('hands out messages in order, a batch at a time', () => {
    const { pending, takeAll } = createPending();
    expect(takeAll()).toEqual([]);
    for (let index = 0; index < 300; index += 1) pending.add(message(index % 256));
    expect(takeAll().map(({ length }) => length)).toEqual([256, 44]);
    pending.add(message(7));
    expect(takeAll()).toEqual([[7]]);
  });

  it('limits the size of a batch, unless a single message is larger', () => {
    const { pending, takeAll } = createPending();
    for (const [first, length] of [
      [1, 40_000],
      [2, 25_000],
      [3, 1000],
      [4, 900_000],
      [5, 1],
    ] as const) {
      pending.add(message(first, length));
    }
    expect(takeAll()).toEqual([[1, 2], [3], [4], [5]]);
  });

  it('drops the oldest beyond 10,000 messages', () => {
    const { pending, dropped, takeAll } = createPending();
    for (let index = 0; index < 10_003; index += 1) pending.add(message(index % 256));
    expect(dropped).toEqual(['overflow', 'overflow', 'overflow']);
    expect(takeAll().flat()).toHaveLength(10_000);
  });

  it('drops the oldest beyond 8 MB', () => {
    const { pending, dropped, takeAll } = createPending();
    for (let index = 0; index < 10; index += 1) pending.add(message(index, 1_000_000));
    expect(dropped).toEqual(['overflow', 'overflow']);
    expect(takeAll().flat()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('drops messages that have waited for more than 5 s', () => {
    vi.useFakeTimers();
    const { pending, dropped, takeAll } = createPending();
    pending.add(message(1));
    vi.advanceTimersByTime(3000);
    pending.add(message(2));
    vi.advanceTimersByTime(3000);
    expect(takeAll()).toEqual([[2]]);
    expect(dropped).toEqual(['expired']);
  });

  it('does not accept a message above 1 MB', () => {
    const { pending, dropped, takeAll } = createPending();
    pending.add(message(1, 1_000_001));
    expect(dropped).toEqual(['too_large']);
    expect(takeAll()).toEqual([]);
  });
});
