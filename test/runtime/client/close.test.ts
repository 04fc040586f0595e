import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { postFrame } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openChat } from './open-chat.ts';
import { soon } from './soon.ts';

describe('closing a client', () => {
  it('ends the connection once, with code 1000', async () => {
    const server = await startChatServer();
    const { client, statuses, errors, reaches } = openChat(server.url);
    const connection = await server.nextConnection();
    await reaches('open');
    const closed = once(connection, 'close');
    client.close();
    client.close();
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect((await closed)[0]).toBe(1000);
    client.close();
    expect(statuses.at(-1)).toEqual({ state: 'closed', code: 1000, reason: '', error: null });
    expect(statuses.filter(({ state }) => state === 'closed')).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('works during the handshake', async () => {
    const server = await startChatServer({ refuse: () => 'ignore' });
    const { client, reaches } = openChat(server.url);
    await reaches('connecting');
    await expect.poll(() => server.handshakes.length, soon).toBe(1);
    client.close();
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
  });

  it('right after connect opens no connection', async () => {
    const server = await startChatServer();
    const { client, statuses } = openChat(server.url);
    client.close();
    await client.closed;
    expect(server.handshakes).toHaveLength(0);
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'closed']);
  });

  it('works while a credential function is pending', async () => {
    const server = await startChatServer();
    const { client, reaches } = openChat(server.url, {
      auth: () => new Promise<string>(() => {}),
    });
    await reaches('connecting');
    client.close();
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(server.handshakes).toHaveLength(0);
  });

  it('cancels the wait for the next attempt', async () => {
    const server = await startChatServer({
      refuse: () => ({ status: 503, headers: { 'Retry-After': '600' } }),
    });
    const { client, reaches } = openChat(server.url);
    await reaches('waiting');
    client.close();
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
  });

  it('happens when the signal is aborted', async () => {
    const server = await startChatServer();
    const controller = new AbortController();
    const { client, reaches } = openChat(server.url, { signal: controller.signal });
    await reaches('open');
    controller.abort();
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
  });

  it('happens at once if the signal was already aborted', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url, { signal: AbortSignal.abort() });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(server.handshakes).toHaveLength(0);
  });

  it('happens at the end of an `await using` block', async () => {
    const server = await startChatServer();
    let connection: Awaited<ReturnType<typeof server.nextConnection>>;
    {
      const { client, reaches } = openChat(server.url);
      await using _ = client;
      await reaches('open');
      connection = await server.nextConnection();
    }
    if (connection.readyState !== connection.CLOSED) await once(connection, 'close');
    expect(connection.readyState).toBe(connection.CLOSED);
  });

  it('ends a for await loop and drops queued messages', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    const connection = await server.nextConnection();
    for (const text of ['one', 'two', 'three']) connection.send(postFrame(text));
    const messages: unknown[] = [];
    for await (const message of client.messages()) {
      messages.push(message);
      client.close();
    }
    expect(messages).toEqual([{ type: 'post', text: 'one' }]);
  });

  it('can be awaited in the handler that closes the client', async () => {
    const server = await startChatServer();
    const handled: string[] = [];
    const { client } = openChat(server.url, {
      on: {
        async post({ text }) {
          client.close();
          await client.closed;
          handled.push(text);
        },
      },
    });
    const connection = await server.nextConnection();
    connection.send(postFrame('one'));
    connection.send(postFrame('two'));
    await client.closed;
    await expect.poll(() => handled, soon).toEqual(['one']);
  });

  it('stops the delivery of messages', async () => {
    const server = await startChatServer();
    const handled: string[] = [];
    const { client } = openChat(server.url, {
      on: {
        post({ text }) {
          handled.push(text.trim());
          client.close();
        },
      },
    });
    const connection = await server.nextConnection();
    for (let count = 0; count < 100; count += 1) connection.send(postFrame(String(count).padEnd(100_000)));
    await client.closed;
    expect(handled).toEqual(['0']);
  });

  it('by an error rejects `closed` only after the handlers have finished', async () => {
    const server = await startChatServer();
    const handled: string[] = [];
    const { client } = openChat(server.url, {
      on: {
        async post({ text }) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          handled.push(text);
        },
      },
    });
    const connection = await server.nextConnection();
    connection.send(postFrame('one'));
    connection.send(postFrame('two'));
    connection.close(4403);
    await expect(client.closed).rejects.toThrow('4403');
    expect(handled).toEqual(['one', 'two']);
  });

  it('does not wait forever for a server that does not answer', async () => {
    const server = await startChatServer();
    const { client, reaches } = openChat(server.url);
    const connection = await server.nextConnection();
    await reaches('open');
    connection.pause();
    client.close();
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
  });

  it('works while reading is paused', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url, { maxWaitingMessages: 2 });
    const connection = await server.nextConnection();
    const closed = once(connection, 'close');
    for (let count = 0; count < 100; count += 1) connection.send(postFrame('x'.repeat(10_000)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.close();
    await client.closed;
    expect((await closed)[0]).toBe(1000);
  });
});
