import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startCutProxy } from '../../runtime/log/postgres/cut-proxy.ts';
import { registerUser, startFeed } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { getPost, startNode } from './node.ts';

describePostgres('a post whose transaction', (server) => {
  it('was committed without an answer from the database has an unknown outcome, and its key the same post', async () => {
    const proxy = await startCutProxy(await server().createDatabase());
    const node = await startNode({ DATABASE_URL: proxy.url });
    const ada = await registerUser(node.url);
    const subscriber = await node.subscribe(ada, 'since=now');
    await subscriber.take(1);
    const [text, headers] = ['stored once', { 'Idempotency-Key': randomUUID() }];
    proxy.cutAt('after the commit', async () => {}, text);
    const lost = await ada.post(text, headers);
    expect(lost).toMatchObject({ status: 503, body: { code: 'outcome_unknown' } });
    expect(lost.headers.get('Retry-After')).toMatch(/^\d+$/);

    await expect.poll(node.readyz).toBe(200);
    await expect.poll(subscriber.texts).toEqual([text]);
    const retried = await ada.post(text, headers);
    expect(retried).toMatchObject({ status: 200, body: subscriber.frames().at(-1)?.payload?.postId });
    await ada.post('next');
    await expect.poll(subscriber.texts).toEqual([text, 'next']);
  });

  it('never reached the database was not stored, and is unavailable', async () => {
    const node = await startNode({ DATABASE_URL: await server().createDatabase() });
    const ada = await registerUser(node.url);
    await server().kill();
    await expect.poll(node.readyz).toBe(503);
    const headers = { 'Idempotency-Key': randomUUID() };
    expect(await ada.post('refused', headers)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    await server().start();
    await expect.poll(async () => (await ada.post('refused', headers)).status).toBe(200);
  });

  it('has the key of another text is refused', async () => {
    expect(await reuseKey({ DATABASE_URL: await server().createDatabase() })).toMatchObject(reused);
  });
});

describe('a post with the key of another text', () => {
  it('is refused by the embedded store', async () => {
    expect(await reuseKey({})).toMatchObject(reused);
  });
});

const reused = {
  refused: { status: 422, body: { code: 'idempotency_key_reused' } },
  stored: { text: 'one text' },
  // A key belongs to its user.
  byAnother: { status: 200 },
};

/** Uses a key for one text, for another, and for the first again. */
async function reuseKey(env: Readonly<Record<string, string>>) {
  const { url } = await startFeed(env);
  const [ada, bob] = [await registerUser(url), await registerUser(url, 'Bob')];
  const headers = { 'Idempotency-Key': randomUUID() };
  const first = await ada.post('one text', headers);
  expect(first.status).toBe(200);
  const refused = await ada.post('another text', headers);
  expect(await ada.post('one text', headers)).toMatchObject({ status: 200, body: first.body });
  const { body: stored } = await getPost(url, first.body);
  return { refused, stored, byAnother: await bob.post('another text', headers) };
}
