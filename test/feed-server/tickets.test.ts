import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { registerUser, request, startFeed } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';
import { signToken } from '../support/tokens.ts';
import { connectClient, refusedHandshake } from '../support/websocket.ts';

const password = 'correct horse battery staple';

async function ticketOf(url: string, token: string): Promise<string> {
  const { body } = await request(url, 'POST', '/ticket', { token });
  return (body as { readonly ticket: string }).ticket;
}

function addressOf(url: string, ticket: string, query = ''): string {
  return `${url.replace(/^http/, 'ws')}/post/feed/posted?ticket=${ticket}${query}`;
}

describe('a ticket', () => {
  it('opens one connection of its user, and no second one', async () => {
    const { url, logged } = await startFeed({ LOG_LEVEL: 'debug' });
    const [ada, bob] = [await registerUser(url), await registerUser(url)];
    await ada.befriend(bob);
    const ticket = await ticketOf(url, ada.token);
    const client = await connectClient(addressOf(url, ticket, '&audience=friends&since=now'));
    await bob.post('Hello');
    const [, frame = ''] = await client.take(2);
    expect(JSON.parse(frame)).toMatchObject({ payload: { postText: 'Hello' } });
    expect((await refusedHandshake(addressOf(url, ticket))).status).toBe(401);
    expect(JSON.stringify(logged)).not.toContain(ticket);
  });

  it.each([
    ['unknown', randomBytes(32).toString('base64url')],
    ['malformed', 'x'.repeat(1000)],
    ['short', 'xyzzy'],
  ])('that is %s is refused, and is not logged', async (_, ticket) => {
    const { url, logged } = await startFeed({ LOG_LEVEL: 'debug' });
    const { status, body } = await refusedHandshake(addressOf(url, ticket));
    expect(status).toBe(401);
    expect(JSON.stringify([logged, body])).not.toContain(ticket);
  });

  it('ends with its token: it is refused after the logout, and its connections are closed', async () => {
    const { url } = await startFeed();
    const { token } = await registerUser(url);
    const [used, unused] = [await ticketOf(url, token), await ticketOf(url, token)];
    const { closed } = await connectClient(addressOf(url, used));
    await request(url, 'POST', '/logout', { token });
    expect((await closed).code).toBe(4401);
    expect((await refusedHandshake(addressOf(url, unused))).status).toBe(401);
  });

  it('ends with a new password', async () => {
    const { url } = await startFeed();
    const { token } = await registerUser(url);
    const [used, unused] = [await ticketOf(url, token), await ticketOf(url, token)];
    const { closed } = await connectClient(addressOf(url, used));
    const body = { old_password: password, password: 'analytical engine' };
    await request(url, 'POST', '/user/password', { token, body });
    expect((await closed).code).toBe(4401);
    expect((await refusedHandshake(addressOf(url, unused))).status).toBe(401);
  });

  it('opens a connection that ends when the token expires', async () => {
    const { url } = await startFeed();
    const { id } = await registerUser(url);
    const client = await connectClient(addressOf(url, await ticketOf(url, signToken(id, { expiresIn: 3 }))));
    expect((await client.closed).code).toBe(4401);
  });
});

describePostgres('a ticket of one node', (server) => {
  it('is good on another, once', async () => {
    const DATABASE_URL = await server().createDatabase();
    const [first, second] = [await startFeed({ DATABASE_URL }), await startFeed({ DATABASE_URL })];
    const { token } = await registerUser(first.url);
    const ticket = await ticketOf(first.url, token);
    const attempts = [first.url, second.url, second.url].map((url) => connectClient(addressOf(url, ticket)));
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const next = await ticketOf(first.url, token);
    expect((await connectClient(addressOf(second.url, next))).webSocket.readyState).toBe(1);
  });
});
