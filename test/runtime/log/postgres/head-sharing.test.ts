import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AppendQueue, type QueuedWrite } from '../../../../src/runtime/log/postgres/append-queue.ts';
import { HeadSharing } from '../../../../src/runtime/log/postgres/head-sharing.ts';

/** A queue that records the size of each batch, and pauses after it. */
function createQueue(pauseMs: number) {
  const sizes: number[] = [];
  const queue = new AppendQueue<QueuedWrite, number>(
    async (writes) => {
      sizes.push(writes.length);
      return writes.map(({ size }) => size);
    },
    () => pauseMs,
  );
  let count = 0;
  const add = () => {
    count += 1;
    return queue.add({ subjects: [String(count)], size: count });
  };
  return { sizes, add };
}

test('writes that arrive during a pause form one batch', async () => {
  const { sizes, add } = createQueue(100);
  await Promise.all([add(), add()]);
  const late = [add()];
  await wait(10);
  late.push(add(), add());
  expect(await Promise.all(late)).toEqual([3, 4, 5]);
  expect(sizes).toEqual([2, 3]);
});

test('a queue that can fill a batch does not pause', async () => {
  const { add } = createQueue(1000);
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: 512 }, add));
  expect(performance.now() - beganMs).toBeLessThan(900);
});

test('a batch is followed by a pause only if other nodes have appended since the previous one', () => {
  const sharing = new HeadSharing();
  expect(sharing.pauseMs([1, 2, 3, 4], 2)).toBe(0);
  expect(sharing.pauseMs([5, 6, 7, 8], 2)).toBe(0);
  expect(sharing.pauseMs([], 2)).toBe(0);
  expect(sharing.pauseMs([10, 11, 12, 13], 2)).toBe(2);
  expect(sharing.pauseMs([14, 15, 16, 17], 2)).toBe(0);
});

test('a pause takes as long as the append, 4 ms at most, and few writes do not wait', () => {
  const sharing = new HeadSharing();
  sharing.pauseMs([1, 2, 3, 4], 1);
  expect(sharing.pauseMs([6, 7, 8, 9], 3)).toBe(3);
  expect(sharing.pauseMs([11, 12, 13, 14], 50)).toBe(4);
  expect(sharing.pauseMs([16, 17, 18], 50)).toBe(0);
});
