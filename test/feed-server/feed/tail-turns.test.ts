import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { Tail } from '../../../src/feed-server/feed/tail.ts';
import type { FeedEvent } from '../../../src/feed-server/store/event.ts';
import { openSqliteStore } from '../../../src/feed-server/store/sqlite-store.ts';
import type { Log } from '../../../src/runtime/shared/log.ts';
import { makeDataDir } from '../../support/feed-server.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const upTo = (seq: number): readonly number[] => Array.from({ length: seq }, (_, index) => index + 1);

/** A tail that takes 4 ms to apply an event, and a log with 20 events to apply. */
async function startSlowTail() {
  const store = await openSqliteStore({ path: join(await makeDataDir(), 'log.sqlite'), log: silent });
  const applied: number[] = [];
  const apply = ({ seq }: FeedEvent): void => {
    const endMs = performance.now() + 4;
    while (performance.now() < endMs);
    applied.push(seq);
  };
  const tail = await Tail.start({ store, log: silent, pollIntervalMs: 3_600_000, apply });
  onTestFinished(async () => {
    await tail.close();
    await store.close();
  });
  const draft = { author: randomUUID(), text: 'text', createdAtMs: 0 };
  for (let count = 0; count < 20; count += 1) await store.appendPost({ ...draft, postId: randomUUID() });
  return { store, tail, applied };
}

it('lets other work run between slow offered events, and keeps their order', async () => {
  const { store, tail, applied } = await startSlowTail();
  for (const event of await store.eventsAfter(0, 20)) tail.offer(event);
  const atOnce = applied.length;
  await turn();
  const inNextTurn = applied.length;
  await tail.applied();
  expect(atOnce).toBeGreaterThan(0);
  expect(atOnce).toBeLessThan(10);
  expect(inNextTurn).toBeLessThan(20);
  expect(applied).toEqual(upTo(20));
});

it('lets other work run between slow events from the log, and applies each once', async () => {
  const { store, tail, applied } = await startSlowTail();
  const events = await store.eventsAfter(0, 20);
  const read = tail.catchUp();
  while (applied.length === 0) await turn();
  expect(applied.length).toBeLessThan(20);
  for (const event of events) tail.offer(event);
  await read;
  await tail.applied();
  expect(applied).toEqual(upTo(20));
});
