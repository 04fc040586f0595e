import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { SayMessage } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openChat } from './open-chat.ts';
import { soon } from './soon.ts';

describe('a client that sends messages', () => {
  it('sends a message of the contract as JSON', async () => {
    const server = await startChatServer();
    const { client, reaches } = openChat(server.url);
    const connection = await server.nextConnection();
    await reaches('open');
    const received = once(connection, 'message');
    client.say({ text: 'hello' });
    expect(String((await received)[0])).toBe('{"type":"say","text":"hello"}');
  });

  it('rejects messages that break the contract', async () => {
    const server = await startChatServer();
    const { client, reaches } = openChat(server.url);
    const connection = await server.nextConnection();
    await reaches('open');
    const received: string[] = [];
    connection.on('message', (data) => received.push((data as Buffer).toString()));
    const wrong = { text: 17 } as unknown as SayMessage;
    expect(() => client.say(wrong)).toThrow(
      expect.objectContaining({ code: 'bad_message', message: expect.stringContaining('/text') }),
    );
    client.say({ text: 'after' });
    await expect.poll(() => received, soon).toEqual(['{"type":"say","text":"after"}']);
  });

  it('throws without a connection', async () => {
    const server = await startChatServer();
    const { client, reaches } = openChat(server.url);
    const send = () => client.say({ text: 'x' });
    expect(send).toThrow(expect.objectContaining({ code: 'not_open' }));
    await reaches('open');
    client.close();
    expect(send).toThrow(expect.objectContaining({ code: 'not_open' }));
    await client.closed;
    expect(send).toThrow(expect.objectContaining({ code: 'not_open' }));
  });

  it('throws when the send buffer is full', async () => {
    const server = await startChatServer();
    const { client, reaches } = openChat(server.url);
    const connection = await server.nextConnection();
    await reaches('open');
    connection.pause();
    const text = 'x'.repeat(500_000);
    expect(() => {
      for (let count = 0; count < 100; count += 1) client.say({ text });
    }).toThrow(expect.objectContaining({ code: 'send_buffer_full' }));
  });
});
