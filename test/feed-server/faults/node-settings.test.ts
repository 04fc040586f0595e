import { expect, it } from 'vitest';
import { jwtSecret, makeDataDir, registerUser } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { runMain } from '../../support/server-process.ts';
import { startNode } from './node.ts';

describePostgres('nodes that share a database', (server) => {
  it.each([
    ['FEED_AUDIENCE', 'everyone', 'friends'],
    ['RETENTION_SECONDS', '86400', '3600'],
  ])('refuse to start with another %s than a live one', async (name, first, second) => {
    const shared = { DATABASE_URL: await server().createDatabase() };
    const node = await startNode({ ...shared, [name]: first });
    const env = { ...shared, JWT_SECRET: jwtSecret, PORT: '0', DATA_DIR: await makeDataDir() };
    const { code, stderr } = await runMain([], { ...env, [name]: second });
    expect(code).toBe(1);
    const [message = ''] = stderr.match(/^Posted cannot start: .*/m) ?? [];
    for (const part of [name, first, second]) expect(message).toContain(part);
    // What it refused has not changed the live one.
    expect(await node.readyz()).toBe(200);

    expect(await node.end('SIGTERM')).toBe(0);
    const successor = await startNode({ ...shared, [name]: second });
    expect(await successor.readyz()).toBe(200);
  });

  it('start with another setting if told to accept it', async () => {
    const shared = { DATABASE_URL: await server().createDatabase() };
    await startNode(shared);
    const byFlag = await startNode({ ...shared, FEED_AUDIENCE: 'friends' }, ['--accept-settings']);
    const byName = await startNode({ ...shared, RETENTION_SECONDS: '3600', ACCEPT_SETTINGS: 'true' });
    for (const node of [byFlag, byName]) expect(await node.readyz()).toBe(200);
  });

  it('never deliver a stranger’s post to a user to whom another node denies it', async () => {
    const shared = { DATABASE_URL: await server().createDatabase(), FEED_AUDIENCE: 'friends' };
    const [here, there] = [await startNode(shared), await startNode(shared)];
    const [ada, stranger] = [await registerUser(here.url), await registerUser(here.url, 'Mallory')];
    const friend = await registerUser(here.url, 'Bob');
    await ada.befriend(friend);
    const subscribers = [await here.subscribe(ada, 'since=now'), await there.subscribe(ada, 'since=now')];
    for (const subscriber of subscribers) await subscriber.take(1);
    await stranger.post('a stranger’s');
    await friend.post('a friend’s');
    for (const { texts } of subscribers) await expect.poll(texts).toEqual(['a friend’s']);
  });
});
