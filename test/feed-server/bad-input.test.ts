import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { aMegabyte, badRequests } from '../support/bad-requests.ts';
import { registerUser, shareFeed } from '../support/feed-server.ts';
import {
  bearer,
  connectClient,
  exchangeRaw,
  handshakeRequest,
  refusedHandshake,
} from '../support/websocket.ts';

describe('over REST', () => {
  const feed = shareFeed();

  it.each(badRequests)(
    '$title responds with $status',
    async ({ method = 'GET', path, body, headers, status, code, message }) => {
      const { url, socketUrl, logged } = feed();
      const ada = await registerUser(url);
      const listener = await connectClient(`${socketUrl}/post/feed/posted`, bearer(ada.token));
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${ada.token}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      });
      expect(response.status).toBe(status);
      const answer = await response.json();
      expect(answer).toEqual({ message, code, request_id: response.headers.get('x-request-id') });

      // Nothing was stored or published: the next post is the first that anybody sees.
      const { body: postId } = await ada.post('after');
      expect(JSON.parse((await listener.take(1))[0] ?? '').payload.postId).toBe(postId);
      expect(inspect(logged, { depth: 8 })).not.toContain(ada.token);
      expect(logged.filter(([level]) => level === 'error')).toEqual([]);
    },
  );

  it('setting a friend twice changes nothing, and setting oneself is rejected', async () => {
    const { url } = feed();
    const [ada, bob] = await Promise.all([registerUser(url), registerUser(url)]);
    expect([(await ada.befriend(bob)).status, (await ada.befriend(bob)).status]).toEqual([200, 200]);
    const { status, body } = await ada.befriend(ada);
    expect([status, body]).toMatchObject([400, { message: 'You cannot be your own friend.' }]);
    await bob.post('once');
    const page = await fetch(`${url}/post/feed`, { headers: { Authorization: `Bearer ${ada.token}` } });
    expect(await page.json()).toHaveLength(1);
  });

  it('a token of 1 MB is rejected, and the server keeps serving', async () => {
    const { url } = feed();
    const head = `GET /post/feed HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${aMegabyte}\r\n\r\n`;
    const answer = (await exchangeRaw(Number(new URL(url).port), head)).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).not.toContain('xxx');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe('over WebSocket', () => {
  const path = '/post/feed/posted';
  const feed = shareFeed({ ALLOWED_ORIGINS: 'https://good.example' });

  it.each([
    ['an unknown path', '/post/feed/nowhere', {}, 404, 'The contract has no channel at this path.'],
    [
      'an unknown audience',
      `${path}?audience=me`,
      {},
      400,
      'query /audience must be equal to one of the allowed values: ["everyone","friends"]',
    ],
    [
      'an unknown query',
      `${path}?token=x`,
      {},
      400,
      'query must NOT have additional properties: unknown property "token"',
    ],
    [
      'no token',
      path,
      { Authorization: '' },
      401,
      'A bearer token is missing. Send it as Authorization: Bearer <token>, or an API key as the query parameter ticket.',
    ],
    [
      'a foreign Origin',
      path,
      { Origin: 'https://evil.example' },
      403,
      'Pages of https://evil.example may not connect to this server. To allow them, add https://evil.example to ALLOWED_ORIGINS.',
    ],
  ])('%s is refused with the reason', async (_title, target, headers, status, message) => {
    const { url, socketUrl } = feed();
    const { token } = await registerUser(url);
    const refused = await refusedHandshake(`${socketUrl}${target}`, {
      headers: { Authorization: `Bearer ${token}`, ...headers },
    });
    expect([refused.status, refused.body]).toMatchObject([status, { message }]);
  });

  it('a handshake without a key is refused', async () => {
    const { url } = feed();
    const { token } = await registerUser(url);
    const request = handshakeRequest(path, { Authorization: `Bearer ${token}`, 'Sec-WebSocket-Key': '' });
    const answer = (await exchangeRaw(Number(new URL(url).port), request)).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('Sec-WebSocket-Key must be 16 bytes in Base64.');
  });

  it('a token of 1 MB is refused in the header and in the subprotocol', async () => {
    const { url } = feed();
    const port = Number(new URL(url).port);
    const headers = [
      { Authorization: `Bearer ${aMegabyte}` },
      { 'Sec-WebSocket-Protocol': `posted.v1, base64url.bearer.posted.${aMegabyte}` },
    ];
    for (const header of headers) {
      const answer = (await exchangeRaw(port, handshakeRequest(path, header))).toString();
      expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('a message that only the server may send is rejected', async () => {
    const { url, socketUrl } = feed();
    const { token } = await registerUser(url);
    const client = await connectClient(`${socketUrl}${path}`, bearer(token));
    client.webSocket.send(JSON.stringify({ type: 'post', payload: { postId: randomUUID() } }));
    expect(await client.closed).toEqual({
      code: 4400,
      reason: '/type must name a message of this channel',
    });
  });
});
