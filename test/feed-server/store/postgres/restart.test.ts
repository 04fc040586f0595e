import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { PostDraft, Store } from '../../../../src/feed-server/store/store.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';
import { describePostgres } from '../../../support/postgres.ts';
import { outcomes } from '../suite/availability.ts';
import { countTo, draft, readLog } from '../suite/database.ts';
import { startCutProxy } from './cut-proxy.ts';
import { openOn, silent } from './open.ts';

/** Asks until there is an answer, as a client with an Idempotency-Key does; each try has an id of its own. */
async function appendUntilAnswered(store: Store, post: Partial<PostDraft>): Promise<string> {
  for (;;) {
    try {
      return (await store.appendPost(draft(post))).postId;
    } catch (thrown) {
      if (PostedError.from(thrown).code !== 'unavailable') throw thrown;
      await wait(5);
    }
  }
}

describePostgres('PostgreSQL that is killed', (server) => {
  it('and started again 3 times under appends loses none that was answered and repeats none', async () => {
    const url = await server().createDatabase();
    const [ada, bob] = await Promise.all([openOn(url), openOn(url)]);
    const author = randomUUID();
    const answered = new Map<string, string>();
    const workers = countTo(40).map(async (worker) => {
      const node = worker % 2 === 0 ? ada : bob;
      for (const count of countTo(50)) {
        const text = `${worker} ${count}`;
        answered.set(text, await appendUntilAnswered(node, { author, idempotencyKey: text, text }));
      }
    });
    for (const round of countTo(3)) {
      await expect.poll(() => answered.size, { interval: 1 }).toBeGreaterThanOrEqual(round * 500);
      await server().kill();
      await server().start();
    }
    await Promise.all(workers);

    const events = await readLog(ada);
    expect(events.map(({ seq }) => seq)).toEqual(countTo(events.length));
    const stored = events.flatMap((event) => (event.kind === 'post' ? [[event.text, event.postId]] : []));
    expect(stored.length).toBe(2000);
    expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(answered));
  });

  it.each(['before the commit', 'after the commit'] as const)(
    '%s and before its answer leaves a post that a retry asks for once',
    async (point) => {
      const databaseUrl = await server().createDatabase();
      const proxy = await startCutProxy(databaseUrl);
      const store = await openOn(proxy.url);
      const first = draft({ idempotencyKey: 'one intended post' });
      proxy.cutAt(point, () => server().kill());
      await expect(store.appendPost(first)).rejects.toMatchObject({
        code: 'unavailable',
        retryAfterSeconds: 1,
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

  it('makes every call fail as unavailable, is logged once, and is used again when it is back', async () => {
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
    expect(logged).toEqual(['the database is out of reach', 'the database is back']);
  });

  it('does not keep a store from being closed', async () => {
    const store = await openOn(await server().createDatabase());
    await store.appendPost(draft());
    await server().kill();
    await store.close();
    expect(new Set(await outcomes(store))).toEqual(new Set(['unavailable']));
    await server().start();
  });
});
