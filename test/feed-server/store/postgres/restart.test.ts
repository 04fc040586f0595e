import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { PostDraft, Store } from '../../../../src/feed-server/store/store.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { outcomes } from '../suite/availability.ts';
import { countTo, draft, readLog } from '../suite/database.ts';
import { startCutProxy } from './cut-proxy.ts';
import { openOn, silent } from './open-on.ts';

/** Retries until a response arrives, as a client with an Idempotency-Key does; each attempt has its own post id. */
async function appendWithRetries(store: Store, post: Partial<PostDraft>): Promise<string> {
  for (;;) {
    try {
      return (await store.appendPost(draft(post))).postId;
    } catch (thrown) {
      if (PostedError.from(thrown).code !== 'unavailable') throw thrown;
      await wait(5);
    }
  }
}

describePostgres('a PostgreSQL server that is killed', (server) => {
  it('and restarted 3 times during appends loses no confirmed append and stores none twice', async () => {
    const url = await server().createDatabase();
    const [ada, bob] = await Promise.all([openOn(url), openOn(url)]);
    const author = randomUUID();
    const confirmed = new Map<string, string>();
    const workers = countTo(40).map(async (worker) => {
      const node = worker % 2 === 0 ? ada : bob;
      for (const count of countTo(50)) {
        const text = `${worker} ${count}`;
        confirmed.set(text, await appendWithRetries(node, { author, idempotencyKey: text, text }));
      }
    });
    for (const round of countTo(3)) {
      await expect.poll(() => confirmed.size, { interval: 1 }).toBeGreaterThanOrEqual(round * 500);
      await server().kill();
      await server().start();
    }
    await Promise.all(workers);

    const events = await readLog(ada);
    expect(events.map(({ seq }) => seq)).toEqual(countTo(events.length));
    const stored = events.flatMap((event) => (event.kind === 'post' ? [[event.text, event.postId]] : []));
    expect(stored.length).toBe(2000);
    expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(confirmed));
  });

  it.each(['before the commit', 'after the commit'] as const)(
    '%s stores a post once, with its retry',
    async (point) => {
      const databaseUrl = await server().createDatabase();
      const proxy = await startCutProxy(databaseUrl);
      const store = await openOn(proxy.url);
      const first = draft({ idempotencyKey: 'one intended post' });
      proxy.cutAt(point, () => server().kill(), first.idempotencyKey);
      await expect(store.appendPost(first)).rejects.toMatchObject({
        code: 'unavailable',
        retryAfterMs: 1000,
      });
      await server().start();

      const retry = { ...first, postId: randomUUID() };
      const isStored = point === 'after the commit';
      const { postId, event } = await store.appendPost(retry);
      expect(postId).toBe(isStored ? first.postId : retry.postId);
      expect(event?.seq ?? null).toBe(isStored ? null : 1);
      expect(await readLog(store)).toMatchObject([{ seq: 1, postId }]);
    },
  );

  it('makes every call fail with unavailable, is logged once, and is used again after its restart', async () => {
    const url = await server().createDatabase();
    const logged: string[] = [];
    const note = (_: unknown, message: string): void => void logged.push(message);
    const store = await openOn(url, { log: { ...silent, info: note, warn: note } });
    await store.appendPost(draft());
    logged.length = 0;
    await server().kill();
    for (const _ of countTo(2)) expect(new Set(await outcomes(store))).toEqual(new Set(['unavailable']));
    await server().start();
    await expect.poll(async () => new Set(await outcomes(store))).toEqual(new Set(['fulfilled']));
    expect(await store.findPost((await store.appendPost(draft())).postId)).not.toBeNull();
    expect(logged).toEqual(['the database cannot be reached', 'the database is reachable again']);
  });

  it('does not prevent a store from closing', async () => {
    const store = await openOn(await server().createDatabase());
    await store.appendPost(draft());
    await server().kill();
    await store.close();
    expect(new Set(await outcomes(store))).toEqual(new Set(['unavailable']));
    await server().start();
  });
});
