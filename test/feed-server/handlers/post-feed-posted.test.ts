import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { registerUser, startFeed } from '../../support/feed-server.ts';
import { bearer, connectClient } from '../../support/websocket.ts';

/** Two posts in the log, the first of which breaks the contract, because someone changed the database. */
async function startWithBrokenPost() {
  const { server, url, dataDir } = await startFeed();
  const ada = await registerUser(url);
  const { socketUrl } = { socketUrl: `${url.replace('http', 'ws')}/post/feed/posted` };
  const client = await connectClient(`${socketUrl}?since=now`, bearer(ada.token));
  const [ready] = await client.take(1);
  const { cursor } = JSON.parse(ready ?? '') as { readonly cursor: string };
  await ada.post('broken');
  await ada.post('fine');
  await server.close();
  const database = new DatabaseSync(join(dataDir, 'posted.sqlite'));
  database.exec(`update posted_event set payload = json_set(payload, '$.postText', '') where seq = 1`);
  database.close();
  return { dataDir, ada, cursor };
}

describe('a post that breaks the contract', () => {
  it('is not sent, is logged, and does not stop later posts', async () => {
    const { dataDir, ada, cursor } = await startWithBrokenPost();
    const { socketUrl, logged } = await startFeed({ DATA_DIR: dataDir });
    const client = await connectClient(`${socketUrl}/post/feed/posted?since=${cursor}`, bearer(ada.token));
    const frames = (await client.take(2)).map((frame) => JSON.parse(frame));
    expect(frames).toMatchObject([{ type: 'ready' }, { payload: { postText: 'fine' } }]);
    expect(logged.filter(([level]) => level === 'error')).toMatchObject([
      [
        'error',
        { message: 'post', problem: expect.stringContaining('/payload/postText') },
        expect.any(String),
      ],
    ]);
  });
});
