import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { registerUser, request, startFeed } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { bearer, connectClient } from '../support/websocket.ts';

const key = 'a-key-of-another-back-end-for-tests';

function itPublishes(database: () => Promise<Readonly<Record<string, string>>>): void {
  it('sends a post of another back end to the subscribers, and takes only the keys of PUBLISH_KEYS', async () => {
    const { url, socketUrl } = await startFeed({ PUBLISH_KEYS: `billing=${key}`, ...(await database()) });
    const ada = await registerUser(url);
    const client = await connectClient(`${socketUrl}/post/feed/posted`, bearer(ada.token));
    const payload = { postId: randomUUID(), postText: 'from elsewhere', author_user_id: ada.id };
    const body = {
      channel: 'postFeedPosted',
      message: 'post',
      topic: ada.id,
      entity: payload.postId,
      payload,
    };
    expect(await request(url, 'POST', '/publish', { token: ada.token, body })).toMatchObject({ status: 401 });
    const broken = { ...body, payload: { ...payload, postText: '' } };
    expect(await request(url, 'POST', '/publish', { token: key, body: broken })).toMatchObject({
      status: 400,
    });
    expect(await request(url, 'POST', '/publish', { token: key, body })).toMatchObject({
      status: 200,
      body: { seq: 1 },
    });
    expect((await client.take(1)).map((frame) => JSON.parse(frame))).toMatchObject([{ payload }]);
  });
}

describe('POST /publish of the feed server', () => {
  itPublishes(async () => ({}));

  it('does not exist without PUBLISH_KEYS', async () => {
    const { url } = await startFeed();
    expect(await request(url, 'POST', '/publish', { token: key, body: {} })).toMatchObject({ status: 404 });
  });
});

describePostgres('POST /publish of a feed server on PostgreSQL', (server) => {
  itPublishes(async () => ({ DATABASE_URL: await server().createDatabase() }));
});
