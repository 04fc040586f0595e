import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { registerUser, startFeed } from '../support/feed-server.ts';
import { bearer, connectClient, connectRaw, handshakeRequest } from '../support/websocket.ts';

const channel = '/post/feed/posted';

describe('a reader that stops reading', () => {
  it.each([
    ['plain', '', {}],
    ['resumable', '?since=now', { ACK_TIMEOUT_MS: '500' }],
  ])('on a %s connection is closed with 4420, while others get everything', async (_title, query, env) => {
    const { url, socketUrl } = await startFeed(env);
    const ada = await registerUser(url);
    const stalled = await connectRaw(Number(new URL(url).port));
    stalled.write(handshakeRequest(`${channel}${query}`, { Authorization: `Bearer ${ada.token}` }));
    await once(stalled, 'data');
    stalled.pause();
    const healthy = await connectClient(`${socketUrl}${channel}`, bearer(ada.token));

    const closed = 'posted_websocket_closed_total{channel="postFeedPosted",code="4420"} 1';
    const readMetrics = async (): Promise<string> => await (await fetch(`${url}/metrics`)).text();
    const text = 'x'.repeat(9000);
    let posted = 0;
    // How much fits into the kernels' socket buffers differs between machines.
    while (posted < 3000 && !(await readMetrics()).includes(closed)) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => ada.post(text)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      posted += answers.length;
    }
    // The close is counted once the peer's time to answer it is over.
    await expect.poll(readMetrics, { timeout: 30_000, interval: 200 }).toContain(closed);
    expect((await healthy.take(posted)).length).toBe(posted);
  });
});
