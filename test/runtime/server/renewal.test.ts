import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import {
  createBytes,
  createChannel,
  createMessage,
  createOperation,
  createScheme,
  objectOf,
  startChannel,
} from '../../support/channel.ts';
import { bearer, connectClient } from '../../support/websocket.ts';

const say = createMessage('say', objectOf({ kind: { const: 'say' } }), {
  tag: { path: ['kind'], values: ['say'] },
});
const kept = createOperation('receive', 'keep', {
  messages: ['say'],
  security: [createScheme('token', { scopes: ['keep'] })],
});
/** Its clients send nothing but `auth`. */
const silent = createChannel({ auth: true, security: [createScheme('token')] });
const talking = createChannel({
  auth: true,
  security: [
    createScheme('token'),
    createScheme('key', { credentials: 'apiKey', in: 'header', parameter: 'X-Key' }),
  ],
  receive: [say, createBytes('photo')],
  operations: [kept, createOperation('receive', 'photo')],
});

/** A token such as `ann/500/keep`: a user, for how many milliseconds it is valid, and a scope; or `bad`, or `broken`. */
async function verify({ token, scopes }: { readonly token: string; readonly scopes: readonly string[] }) {
  const [id = '', validMs, scope = '', delayMs = 0] = token.split('/');
  const expiresAtMs = Date.now() + Number(validMs);
  await wait(Number(delayMs));
  if (token === 'bad') throw new PostedError('unauthorized', 'The token is bad.');
  if (token === 'broken') throw new Error('the hook failed');
  if (scopes.length > 0 && !scopes.includes(scope))
    throw new PostedError('forbidden', 'The scope is missing.');
  return { id, tokenId: token, ...(validMs === '' ? {} : { expiresAtMs }) };
}

async function start(channel = silent, options: object = {}) {
  const handled: string[] = [];
  const operations = { keep: () => void handled.push('keep'), photo: () => void handled.push('photo') };
  const security = { token: verify, key: ({ key }: { readonly key: string }) => ({ id: key }) };
  const started = await startChannel(channel, operations, { security, ...options });
  return {
    ...started,
    handled,
    connect: async (token: string, headers?: Readonly<Record<string, string>>) => {
      const client = await connectClient(
        `${started.url}/desk`,
        headers === undefined ? bearer(token) : { headers },
      );
      return {
        ...client,
        auth: (fresh: string, tag = 'type') =>
          client.webSocket.send(JSON.stringify({ [tag]: 'auth', token: fresh })),
        answers: async (count: number) => (await client.take(count)).map((text) => JSON.parse(text)),
      };
    },
  };
}

describe('auth on an open connection', () => {
  it('is answered with the new expiry, until which the connection stays open', async () => {
    const { connect, connections } = await start();
    const client = await connect('ann/700/');
    client.auth('ann/1500/');
    const [answer] = await client.answers(1);
    expect(answer).toEqual({ type: 'authorized', expiresAt: expect.any(Number) });
    expect(connections[0]?.user).toMatchObject({ id: 'ann', expiresAtMs: answer.expiresAt });
    expect((await client.closed).code).toBe(4401);
    expect(Date.now() - answer.expiresAt).toBeGreaterThanOrEqual(0);
    expect(Date.now() - answer.expiresAt).toBeLessThan(1000);
  });

  it('can lift the expiry', async () => {
    const { connect } = await start();
    const client = await connect('ann/300/');
    client.auth('ann//');
    expect(await client.answers(1)).toEqual([{ type: 'authorized' }]);
    await wait(500);
    expect(client.webSocket.readyState).toBe(client.webSocket.OPEN);
  });

  it.each([
    ['a bad token', 'bad', 'The token is bad.'],
    ['a token that cannot be one', 'no token', expect.stringContaining('malformed')],
  ])('closes with 4401 for %s', async (_, token, reason) => {
    const { connect } = await start();
    const client = await connect('ann/60000/');
    client.auth(token);
    expect(await client.closed).toEqual({ code: 4401, reason });
  });

  it('refuses the token of another user, and the connection keeps its own', async () => {
    const { connect, connections } = await start();
    const client = await connect('ann/900/');
    client.auth('bob/60000/');
    expect(await client.answers(1)).toEqual([
      { type: 'error', request: 'auth', error: { code: 'forbidden', message: expect.any(String) } },
    ]);
    expect(connections[0]?.user).toMatchObject({ id: 'ann' });
    expect((await client.closed).code).toBe(4401);
  });

  it('refuses a token where another scheme was used', async () => {
    const { connect } = await start(talking);
    const client = await connect('', { 'X-Key': 'ann' });
    client.auth('ann//', 'kind');
    expect(await client.answers(1)).toMatchObject([{ error: { code: 'forbidden' } }]);
  });

  it('is answered once a second', async () => {
    const { connect } = await start();
    const client = await connect('ann/60000/');
    for (let count = 0; count < 3; count += 1) client.auth('ann//');
    const answers = await client.answers(3);
    expect(answers.map(({ error }) => error?.code)).toEqual([
      'too_many_requests',
      'too_many_requests',
      undefined,
    ]);
    expect(answers[0].error.retryAfterMs).toBeLessThanOrEqual(1000);
    await wait(1000);
    client.auth('ann//');
    expect((await client.answers(4))[3]).toEqual({ type: 'authorized' });
  });

  it('is awaited by the expiry while it is checked', async () => {
    const { connect } = await start();
    const client = await connect('ann/200/');
    client.auth('ann///600');
    expect(await client.answers(1)).toEqual([{ type: 'authorized' }]);
  });

  it('is awaited at most for the handshake timeout', async () => {
    const { connect } = await start(silent, { handshakeTimeoutMs: 400 });
    const client = await connect('ann/200/');
    client.auth('ann///5000');
    expect(await client.answers(1)).toMatchObject([{ error: { code: 'unavailable' } }]);
    expect((await client.closed).code).toBe(4401);
  });

  it('that a hook fails on is answered, logged, and changes nothing', async () => {
    const { connect, logged } = await start();
    const client = await connect('ann/60000/');
    client.auth('broken');
    expect(await client.answers(1)).toMatchObject([{ error: { code: 'internal' } }]);
    expect(logged.map(([level, , message]) => [level, message])).toContainEqual([
      'error',
      'a security hook failed',
    ]);
  });

  it('with a token that was revoked meanwhile closes with 4401', async () => {
    const { connect, app } = await start();
    const client = await connect('ann/60000/');
    client.auth('ann///300');
    await wait(100);
    await app.revoke({ tokenId: 'ann///300' });
    expect((await client.closed).code).toBe(4401);
  });

  it('changes what the credentials permit, and has the tag of the channel', async () => {
    const { connect, handled } = await start(talking);
    const client = await connect('ann/60000/');
    client.auth('ann/60000/keep', 'kind');
    expect(await client.answers(1)).toEqual([{ type: 'authorized', expiresAt: expect.any(Number) }]);
    client.webSocket.send('{"kind":"say"}');
    client.webSocket.send(Buffer.from('photo'));
    await expect.poll(() => handled).toEqual(['keep', 'photo']);
  });

  it.each([
    ['a frame with another tag', '{"type":"other","token":"ann//"}'],
    ['a frame without a token', '{"type":"auth"}'],
    ['text that is not JSON', 'auth'],
  ])('leaves %s to the contract', async (_, frame) => {
    const { connect } = await start();
    const client = await connect('ann/60000/');
    client.webSocket.send(frame);
    expect((await client.closed).code).toBe(4400);
  });

  it('is not known to a channel without it', async () => {
    const { connect } = await start(createChannel({ security: [createScheme('token')] }));
    const client = await connect('ann/60000/');
    client.auth('ann//');
    expect((await client.closed).code).toBe(4400);
  });
});
