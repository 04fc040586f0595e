import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairQueue } from '../../../src/feed-server/auth/fair-queue.ts';

const never = new AbortController().signal;

/** A queue whose tasks run until they are ended, and the names of those that have started. */
function createQueue(options: Partial<ConstructorParameters<typeof FairQueue>[0]> = {}) {
  const queue = new FairQueue({ slots: 1, maxPending: 100, maxPendingPerSource: 100, ...options });
  const started: string[] = [];
  const running: (() => void)[] = [];

  function run(source: string, name = source, signal: AbortSignal = never): Promise<string> {
    const result = queue.run(source, signal, async () => {
      started.push(name);
      await new Promise<void>((resolve) => void running.push(resolve));
      return name;
    });
    // Its rejection is awaited later, if at all.
    result.catch(() => {});
    return result;
  }

  /** Ends tasks in the order of their start until none runs. */
  async function endAll(): Promise<void> {
    await Promise.resolve();
    for (let end = running.shift(); end !== undefined; end = running.shift()) {
      end();
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }

  return { queue, run, started, endAll };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a fair queue', () => {
  it('runs as many tasks at a time as it has slots', async () => {
    const { run, started, endAll } = createQueue({ slots: 2 });
    const results = ['a', 'b', 'c'].map((name) => run('ann', name));
    await Promise.resolve();
    expect(started).toEqual(['a', 'b']);
    await endAll();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
  });

  it('takes sources in turns, however many tasks one of them has', async () => {
    const { run, started, endAll } = createQueue();
    for (const name of ['a1', 'a2', 'a3', 'a4']) void run('ann', name);
    for (const name of ['b1', 'b2']) void run('bea', name);
    void run('cat', 'c1');
    await endAll();
    expect(started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('prefers a source that has used less in the last minutes', async () => {
    const { run, started, endAll } = createQueue();
    for (const name of ['a1', 'a2', 'a3']) void run('ann', name);
    await endAll();
    vi.advanceTimersByTime(100_000);
    void run('dan', 'd1');
    vi.advanceTimersByTime(1);
    void run('ann', 'a4');
    vi.advanceTimersByTime(1);
    void run('bea', 'b1');
    await endAll();
    expect(started.slice(3)).toEqual(['d1', 'b1', 'a4']);
  });

  it('takes sources by arrival that have used nothing for a while', async () => {
    const { run, started, endAll } = createQueue();
    for (const name of ['a1', 'a2', 'a3']) void run('ann', name);
    await endAll();
    vi.advanceTimersByTime(180_000);
    for (const source of ['dan', 'ann', 'bea']) {
      void run(source);
      vi.advanceTimersByTime(1);
    }
    await endAll();
    expect(started.slice(3)).toEqual(['dan', 'ann', 'bea']);
  });

  it('refuses a source that has too many tasks waiting', async () => {
    const { run, started, endAll } = createQueue({ maxPendingPerSource: 2 });
    const results = ['a1', 'a2', 'a3', 'a4'].map((name) => run('ann', name));
    void run('bea');
    await expect(results[3]).rejects.toMatchObject({ code: 'too_many_requests', retryAfterMs: 1000 });
    await endAll();
    expect(started).toEqual(['a1', 'bea', 'a2', 'a3']);
  });

  it('refuses the source with the most tasks, once too many wait', async () => {
    const { run, started, endAll } = createQueue({ maxPending: 3 });
    const results = ['a1', 'a2', 'a3', 'a4'].map((name) => run('ann', name));
    void run('bea');
    await expect(results[3]).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1000 });
    await expect(run('ann', 'a5')).rejects.toMatchObject({ code: 'unavailable' });
    await endAll();
    expect(started).toEqual(['a1', 'bea', 'a2', 'a3']);
  });

  it('refuses a newcomer if nobody has used more', async () => {
    const { run, started, endAll } = createQueue({ maxPending: 2 });
    for (const source of ['ann', 'bea', 'cat']) void run(source);
    await expect(run('dan')).rejects.toMatchObject({ code: 'unavailable' });
    await endAll();
    expect(started).toEqual(['ann', 'bea', 'cat']);
  });

  it('drops a task whose client leaves while it waits, but not one that runs', async () => {
    const { run, started, endAll } = createQueue({ maxPending: 1 });
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = run('ann', 'a', running.signal);
    const second = run('bea', 'b', waiting.signal);
    const reason = new Error('left');
    running.abort(reason);
    waiting.abort(reason);
    await expect(second).rejects.toBe(reason);
    await expect(run('cat', 'c', waiting.signal)).rejects.toBe(reason);
    void run('dan', 'd');
    await endAll();
    expect([await first, started]).toEqual(['a', ['a', 'd']]);
  });

  it('goes on after a task that fails', async () => {
    const { queue } = createQueue();
    const failed = queue.run('ann', never, () => Promise.reject(new Error('failed')));
    const next = queue.run('bea', never, async () => 'done');
    await expect(failed).rejects.toThrow('failed');
    expect(await next).toBe('done');
  });
});
