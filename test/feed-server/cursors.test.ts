import { describe, expect, it } from 'vitest';
import { registerUser, startFeed } from '../support/feed-server.ts';
import { runNode } from '../support/server-process.ts';
import { bearer, refusedHandshake } from '../support/websocket.ts';
import {
  acknowledge,
  channel,
  foreignCursor,
  postAll,
  reset,
  subscribe,
  takeReady,
  takeReset,
} from './resumable-client.ts';

describe('a cursor', () => {
  it('from another history causes a reset, and the connection goes live', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const client = await subscribe(feed, ada, `since=${foreignCursor}`);
    expect(await takeReset(client)).toEqual(reset('epoch'));
    await postAll(ada, ['live']);
    expect(JSON.parse((await client.take(3))[2] ?? '').payload.postText).toBe('live');
  });

  it('from before an operator bumped the epoch causes a reset', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const { cursor } = await takeReady(await subscribe(feed, ada, 'since=now'));
    await feed.server.close();
    const bumped = await runNode(['src/feed-server/commands/bump-epoch.ts'], { DATA_DIR: feed.dataDir });
    expect([bumped.code, bumped.stdout]).toEqual([0, expect.stringContaining('The log has a new history')]);
    const after = await startFeed({ DATA_DIR: feed.dataDir });
    expect(await takeReset(await subscribe(after, ada, `since=${cursor}`))).toEqual(reset('epoch'));
  });

  it('older than the retention time causes a reset, not a partial replay', async () => {
    const feed = await startFeed({ RETENTION_SECONDS: '1' });
    const ada = await registerUser(feed.url);
    const { cursor } = await takeReady(await subscribe(feed, ada, 'since=now'));
    await postAll(ada, ['1', '2']);
    await expect
      .poll(
        async () => {
          const client = await subscribe(feed, ada, `since=${cursor}`);
          return JSON.parse((await client.take(2))[1] ?? '').type;
        },
        // The newest events stay in memory for about 10 seconds.
        { timeout: 20_000, interval: 300 },
      )
      .toBe('reset');
  }, 30_000);

  it('ahead of the log causes a reset', async () => {
    const [feed, ahead] = [await startFeed(), await startFeed()];
    const ada = await registerUser(feed.url);
    const bytes = Buffer.from((await takeReady(await subscribe(feed, ada, 'since=now'))).cursor, 'base64url');
    bytes.writeUIntBE(1000, 16, 6);
    const future = bytes.toString('base64url');
    expect(await takeReset(await subscribe(feed, ada, `since=${future}`))).toEqual(reset('future'));
    const other = await registerUser(ahead.url);
    expect(await takeReset(await subscribe(ahead, other, `since=${future}`))).toEqual(reset('epoch'));
  });
});

describe('a client that resumes incorrectly', () => {
  it.each([
    ['since=yesterday', '/since must match pattern'],
    ['since=acked', "must have required property 'device'"],
    ['device=phone', 'must have property since when property device is present'],
    ['since=now&device=my%20phone', '/device must match pattern'],
    ['window=2', 'must have property since when property window is present'],
    ['since=now&window=0', '/window must be >= 1'],
    ['since=now&window=257', '/window must be <= 256'],
    ['since=now&window=many', '/window must be integer'],
    ['since=now&device=phone&instance=one', '/instance must match pattern'],
    ['since=now&instance=one.1', 'must have property device when property instance is present'],
  ])('is refused with the query %s', async (query, message) => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const refused = await refusedHandshake(`${feed.socketUrl}${channel}?${query}`, bearer(ada.token));
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { message: expect.stringContaining(message) },
    ]);
  });

  it('is closed with 4400 when its ack is invalid', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const plain = await subscribe(feed, ada, '');
    acknowledge(plain, foreignCursor);
    expect(await plain.closed).toEqual({
      code: 4400,
      reason: 'only connections opened with `since` can acknowledge',
    });
    const foreign = await subscribe(feed, ada, 'since=now');
    acknowledge(foreign, foreignCursor);
    expect(await foreign.closed).toEqual({ code: 4400, reason: 'the cursor is not from this log' });
    const early = await subscribe(feed, ada, 'since=now');
    const bytes = Buffer.from((await takeReady(early)).cursor, 'base64url');
    bytes.writeUIntBE(1000, 16, 6);
    acknowledge(early, bytes.toString('base64url'));
    expect(await early.closed).toEqual({
      code: 4400,
      reason: 'this connection never received that cursor',
    });
  });
});
