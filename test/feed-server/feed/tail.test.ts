import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Tail } from '../../../src/feed-server/feed/tail.ts';
import type { FeedEvent } from '../../../src/feed-server/store/event.ts';
import { openSqliteStore } from '../../../src/feed-server/store/sqlite-store.ts';
import type { Log } from '../../../src/runtime/shared/log.ts';
import { makeDataDir } from '../../support/feed-server.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const never = 3_600_000;

async function startTail({ pollIntervalMs = never, gapTimeoutMs = never } = {}) {
  const store = await openSqliteStore({ path: join(await makeDataDir(), 'log.sqlite'), log: silent });
  const applied: number[] = [];
  const tail = await Tail.start({
    store,
    log: silent,
    pollIntervalMs,
    gapTimeoutMs,
    apply: ({ seq }) => void applied.push(seq),
  });
  onTestFinished(async () => {
    await tail.close();
    await store.close();
  });
  const append = async (): Promise<FeedEvent> => {
    const draft = { postId: randomUUID(), author: randomUUID(), text: 'text', createdAtMs: 0 };
    const { event } = await store.appendPost(draft);
    if (event === null) throw new Error('nothing was appended');
    return event;
  };
  return { store, tail, applied, append };
}

describe('Tail', () => {
  it('starts after the newest event of the log', async () => {
    const { store, append } = await startTail();
    await append();
    const tail = await Tail.start({ store, log: silent, pollIntervalMs: never, apply: () => {} });
    expect(tail.seq).toBe(1);
    await tail.close();
  });

  it('applies each event once, however often it is offered', async () => {
    const { tail, applied, append } = await startTail();
    const events = [await append(), await append(), await append()];
    for (const event of [...events, ...events]) tail.offer(event);
    expect(applied).toEqual([1, 2, 3]);
  });

  it('applies events in order that arrive out of order', async () => {
    const { tail, applied, append } = await startTail();
    const events = [await append(), await append(), await append(), await append()];
    for (const index of [3, 1, 2, 0]) tail.offer(events[index] as FeedEvent);
    expect(applied).toEqual([1, 2, 3, 4]);
  });

  it('reads missing events from the log', async () => {
    const { tail, applied, append } = await startTail({ gapTimeoutMs: 1 });
    await append();
    await append();
    tail.offer(await append());
    expect(applied).toEqual([]);
    await expect.poll(() => applied).toEqual([1, 2, 3]);
  });

  it('polls for events that nobody offers', async () => {
    const { applied, append } = await startTail({ pollIntervalMs: 5 });
    await append();
    await append();
    await expect.poll(() => applied).toEqual([1, 2]);
  });

  it('reads many pages while events are offered', async () => {
    const { tail, applied, append } = await startTail();
    const events = await Promise.all(Array.from({ length: 2500 }, append));
    const caughtUp = tail.catchUp();
    for (const event of events.slice(-5)) tail.offer(event);
    tail.offer(await append());
    await caughtUp;
    await tail.catchUp();
    expect(applied).toEqual(Array.from({ length: 2501 }, (_, index) => index + 1));
  });

  it('continues after a failed read', async () => {
    const logged: string[] = [];
    let fails = true;
    const events: FeedEvent[] = [];
    const applied: number[] = [];
    const tail = await Tail.start({
      store: {
        headSeq: async () => 0,
        history: async () => ({ epoch: '', floorSeq: 0 }),
        async eventsAfter(seq) {
          if (fails) throw new Error('the disk is gone');
          return events.filter((event) => event.seq > seq);
        },
      },
      log: { ...silent, error: (_fields, message) => void logged.push(message) },
      pollIntervalMs: never,
      apply: ({ seq }) => void applied.push(seq),
    });
    onTestFinished(() => tail.close());
    events.push({ kind: 'friend-set', seq: 1, createdAtMs: 0, user: 'a', friend: 'b' });
    await tail.catchUp();
    await expect(tail.refresh()).rejects.toMatchObject({ code: 'unavailable' });
    expect([applied, logged]).toEqual([[], ['cannot read the log; trying again']]);
    fails = false;
    await tail.catchUp();
    expect(applied).toEqual([1]);
  });

  it('refreshes with a read that begins after the call', async () => {
    const { tail, applied, append } = await startTail();
    for (const seq of [1, 2, 3]) {
      const earlier = tail.catchUp();
      await append();
      await tail.refresh();
      expect(applied.at(-1)).toBe(seq);
      await earlier;
    }
  });

  it('skips pruned events once its listener is ready', async () => {
    const { store, tail, applied, append } = await startTail();
    const calls: string[] = [];
    let fails = true;
    tail.setSkipListener({
      async beforeSkip() {
        calls.push(`before at ${tail.seq}`);
        if (fails) throw new Error('not now');
      },
      skipped: (reason) => void calls.push(`${reason} at ${tail.seq}`),
    });
    await append();
    await append();
    await store.prune(1);
    tail.offer(await append());
    await tail.catchUp();
    expect([applied, calls]).toEqual([[], ['before at 0']]);
    fails = false;
    await tail.catchUp();
    expect([applied, calls.slice(1)]).toEqual([[3], ['before at 0', 'expired at 2']]);
  });

  it('skips a log that was pruned completely, and follows a new history', async () => {
    const { store, tail, applied, append } = await startTail();
    const skips: (readonly [reason: string, seq: number, epoch: string])[] = [];
    tail.setSkipListener({
      beforeSkip: async () => {},
      skipped: (reason) => void skips.push([reason, tail.seq, tail.epoch]),
    });
    const { epoch } = tail;
    await append();
    await append();
    await store.prune(1);
    await tail.refresh();
    const other = await store.startNewEpoch();
    await append();
    await tail.refresh();
    expect(skips).toEqual([
      ['expired', 2, epoch],
      ['epoch', 3, other],
    ]);
    expect(applied).toEqual([]);
  });
});
