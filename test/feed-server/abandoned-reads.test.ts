import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { registerUser, startFeed } from '../support/feed-server.ts';

describe('searches whose clients have left', () => {
  it('are dropped instead of delaying others', async () => {
    const { url, logged } = await startFeed();
    const ada = await registerUser(url);
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    const search = 'GET /user/search?first_name=A&last_name=L HTTP/1.1\r\nHost: a\r\n\r\n';
    await new Promise<void>((resolve) => socket.write(search.repeat(200), () => resolve()));
    socket.resetAndDestroy();
    const searches = () => logged.filter(([, { operation }]) => operation === 'searchUsers');
    await expect.poll(() => searches().length).toBe(200);
    expect((await ada.post('not delayed')).status).toBe(200);
    const executed = searches().filter(([, { status }]) => status === 200);
    expect(executed.length).toBeLessThan(20);
    expect(searches().filter(([, { status }]) => status === 400).length).toBe(200 - executed.length);
    expect(logged.filter(([level]) => level === 'error')).toEqual([]);
  });
});
