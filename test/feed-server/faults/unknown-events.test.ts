import { expect, it } from 'vitest';
import { registerUser } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { postAll } from '../resumable-client.ts';
import { startNode } from './node.ts';

/** Appends an event of a kind that only a later version knows, as a node of that version would. */
function appendUnknown(requires: string): string {
  return `
    begin;
    update posted_head set seq = seq + 1;
    insert into posted_event (seq, mark, kind, topic, payload, requires, created_at)
    select seq, 1234567, 'merge-topics', 'a topic', '{}', ${requires}, extract(epoch from now()) * 1000
    from posted_head;
    commit`;
}

describePostgres('an event of an unknown kind', (server) => {
  it('that requires a later version stops the node: it is not ready, and its clients are sent away', async () => {
    const DATABASE_URL = await server().createDatabase();
    const node = await startNode({ DATABASE_URL, BYE_SPREAD_MS: '200' });
    const ada = await registerUser(node.url);
    const resumable = await node.subscribe(ada, 'since=now');
    const plain = await node.subscribe(ada, '');
    await postAll(ada, ['before']);
    await expect.poll(resumable.texts).toEqual(['before']);

    await server().query(DATABASE_URL, appendUnknown("'98.7.6'"));
    for (const { closed } of [resumable, plain]) expect(await closed).toMatchObject({ code: 1013 });
    expect(resumable.frames().at(-1)).toMatchObject({ type: 'bye' });
    await expect.poll(node.readyz).toBe(503);
    expect(node.stderr()).toMatch(/"level":"error".*98\.7\.6/);
    // It would have to guess what the event means for posts that come after it.
    await ada.post('after');
    expect(resumable.texts()).toEqual(['before']);
    expect(plain.texts()).toEqual(['before']);
  });

  it('that requires nothing is skipped', async () => {
    const DATABASE_URL = await server().createDatabase();
    const node = await startNode({ DATABASE_URL });
    const ada = await registerUser(node.url);
    const subscriber = await node.subscribe(ada, 'since=now');
    const { cursor = '' } = subscriber.frames()[0] ?? JSON.parse((await subscriber.take(1))[0] ?? '');
    await server().query(DATABASE_URL, appendUnknown('null'));
    await postAll(ada, ['after']);
    await expect.poll(subscriber.texts).toEqual(['after']);
    expect(await node.readyz()).toBe(200);
    // A replay skips it, too, and so does a node that was not there.
    const other = await startNode({ DATABASE_URL });
    const replayed = await other.subscribe(ada, `since=${cursor}`);
    await expect.poll(replayed.texts).toEqual(['after']);
  });
});
