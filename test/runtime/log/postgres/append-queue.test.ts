import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppendQueue, type QueuedWrite } from '../../../../src/runtime/log/postgres/append-queue.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';

interface Named extends QueuedWrite {
  readonly name: number;
}

const write = (name: number, subjects: readonly string[] = [], size = 1): Named => ({ name, subjects, size });
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

/** A queue whose batches fail with what `failureOf` returns. */
function createQueue(failureOf: (names: readonly number[]) => Error | null = () => null) {
  const batches: (readonly number[])[] = [];
  const queue = new AppendQueue<Named, string>(async (writes) => {
    const names = writes.map(({ name }) => name);
    batches.push(names);
    const failure = failureOf(names);
    if (failure !== null) throw failure;
    return names.map((name) => `result ${name}`);
  });
  return { queue, batches };
}

describe('the queue of appends', () => {
  it('runs the writes of a turn as one batch, and gives each its own result', async () => {
    const { queue, batches } = createQueue();
    const results = await Promise.all(upTo(3).map((name) => queue.add(write(name))));
    expect(results).toEqual(['result 1', 'result 2', 'result 3']);
    expect(await queue.add(write(4))).toBe('result 4');
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  it('collects what arrives during a batch for the next one', async () => {
    const running = Promise.withResolvers<void>();
    const batches: (readonly number[])[] = [];
    const queue = new AppendQueue<Named, number>(async (writes) => {
      batches.push(writes.map(({ name }) => name));
      await running.promise;
      return writes.map(({ name }) => name);
    });
    const first = queue.add(write(1));
    await turn();
    const others = [queue.add(write(2)), queue.add(write(3))];
    await turn();
    expect(batches).toEqual([[1]]);
    running.resolve();
    expect([await first, ...(await Promise.all(others))]).toEqual([1, 2, 3]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('runs writes with a subject in common one after another, and lets no later one overtake', async () => {
    const { queue, batches } = createQueue();
    const writes = [
      write(1, ['a']),
      write(2, ['a', 'b']),
      write(3, ['b']),
      write(4, ['c']),
      write(5, ['c', 'd']),
    ];
    await Promise.all(writes.map((each) => queue.add(each)));
    expect(batches).toEqual([[1, 4], [2, 5], [3]]);
  });

  it('limits batches to 256 writes', async () => {
    const { queue, batches } = createQueue();
    await Promise.all(upTo(600).map((name) => queue.add(write(name))));
    expect(batches.map(({ length }) => length)).toEqual([256, 256, 88]);
    expect(batches.flat()).toEqual(upTo(600));
  });

  it('ends a batch with the write that makes it larger than a million characters', async () => {
    const { queue, batches } = createQueue();
    const sizes = [500_000, 500_000, 1, 7, 2_000_000, 1];
    await Promise.all(sizes.map((size, index) => queue.add(write(index + 1, [], size))));
    expect(batches).toEqual([[1, 2, 3], [4, 5], [6]]);
  });

  it('does not count the size of deferred writes', async () => {
    const { queue, batches } = createQueue();
    const writes = [write(1, ['a']), write(2, ['a'], 2_000_000), write(3)];
    await Promise.all(writes.map((each) => queue.add(each)));
    expect(batches).toEqual([[1, 3], [2]]);
  });

  it('looks past at most 1,024 writes that wait for another', async () => {
    const { queue, batches } = createQueue();
    const crowd = upTo(1025).map((name) => queue.add(write(name, ['a'])));
    await Promise.all([...crowd, queue.add(write(2000)), queue.add(write(2001))]);
    // The first batch examines the first write and 1,024 that it defers; the second has one fewer to defer.
    expect(batches.slice(0, 3)).toEqual([[1], [2, 2000, 2001], [3]]);
  });

  it('rejects only the write that fails, and keeps the order of the others', async () => {
    const { queue, batches } = createQueue((names) => (names.includes(3) ? new Error('unique') : null));
    const results = await Promise.allSettled(upTo(5).map((name) => queue.add(write(name))));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true]);
    expect(results[2]).toMatchObject({ reason: { message: 'unique' } });
    expect(batches).toEqual([[1, 2, 3, 4, 5], [1, 2], [3, 4, 5], [3], [4, 5]]);
    expect(await queue.add(write(6))).toBe('result 6');
  });

  it('rejects all writes of a batch at once if the database is unavailable or its answer was lost', async () => {
    const failure = new PostedError('unavailable', 'down');
    const { queue, batches } = createQueue(() => failure);
    const results = await Promise.allSettled(upTo(4).map((name) => queue.add(write(name))));
    expect(results.map((result) => result.status === 'rejected' && result.reason)).toEqual(
      upTo(4).map(() => failure),
    );
    expect(batches).toHaveLength(1);
  });

  it('rejects a write without a result', async () => {
    const queue = new AppendQueue<Named, number>(async () => [1]);
    const results = await Promise.allSettled([queue.add(write(1)), queue.add(write(2))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});
