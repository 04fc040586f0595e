import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startChatServer } from './chat-server.ts';
import { openChat, rejection } from './open-chat.ts';

describe('a client whose token is rejected', () => {
  it('ends at once if the token is a string', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 401 }) });
    const error = await rejection(openChat(server.url).client.closed);
    expect(error).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(server.handshakes).toHaveLength(1);
  });

  it('requests a token five times, even if the function returns the same one, before it ends', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 401 }) });
    const error = await rejection(openChat(server.url, { auth: () => 'old' }).client.closed);
    expect(error).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(server.handshakes).toHaveLength(5);
  });

  it('continues if the function returns another token', async () => {
    const server = await startChatServer({
      refuse: ({ headers }) => (headers.authorization === 'Bearer old' ? { status: 401 } : undefined),
    });
    const tokens = ['old', 'old', 'new'];
    const { reaches } = openChat(server.url, { auth: () => tokens.shift() ?? '' });
    await reaches('open');
    expect(server.handshakes).toHaveLength(3);
  });

  it('requests another token each time the connection is closed with 4401', async () => {
    const server = await startChatServer();
    let calls = 0;
    openChat(server.url, { auth: () => `token-${++calls}` });
    for (let count = 0; count < 3; count += 1) (await server.nextConnection()).close(4401);
    await server.nextConnection();
    expect(calls).toBe(4);
  });

  it('ends after 4401 if there is no other token', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    (await server.nextConnection()).close(4401, 'the credentials have expired');
    const error = await rejection(client.closed);
    expect(error).toMatchObject({ code: 'unauthorized', closeCode: 4401 });
    expect(error.message).toBe('The connection was closed with 4401: the credentials have expired.');
  });

  it('never shows the token, even if the server repeats it', async () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.e30.secret';
    const server = await startChatServer({
      refuse: () => ({
        status: 403,
        body: JSON.stringify({ message: `The token ${token} is not for you.` }),
      }),
    });
    const { client, statuses, errors } = openChat(server.url, { auth: token });
    const error = await rejection(client.closed);
    expect(error.message).toContain('The token [credential] is not for you');
    expect(inspect({ error, statuses, errors }, { depth: 9 })).not.toContain('secret');
  });
});
