import { describe, expect, it } from 'vitest';
import type {
  Answer,
  ClientBase,
  ClientChannel,
  Named,
  RequestOptions,
} from '../../../src/runtime/client/index.ts';
import { guard, is, isText, message, type NoTypes, nothing, operation } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { market } from './market-channel.ts';
import { openClient } from './open-chat.ts';
import { soon } from './soon.ts';

interface Missing {
  readonly type: 'missing';
  readonly name: string;
}

interface FilesClient extends ClientBase<never> {
  readonly on: object;
  closeOperation(
    content: { readonly name: string },
    options?: RequestOptions,
  ): Promise<Answer<Named<{ readonly file: Uint8Array; readonly missing: Missing }>>>;
}

/** A request whose replies are bytes or JSON, and whose name every client needs itself. */
const files: ClientChannel<FilesClient, NoTypes> = {
  ...nothing,
  send: [
    message('file', { contentType: 'image/png', encoding: 'binary', tag: undefined }),
    message('missing', { guard: guard({ type: is('missing'), name: isText }) }),
  ],
  receive: [message('read', { guard: guard({ type: is('read'), name: isText }) })],
  operations: [
    {
      ...operation('receive', ['read']),
      name: 'close',
      member: 'closeOperation',
      reply: ['file', 'missing'],
      wrapsReply: true,
    },
  ],
};

describe('one of several replies', () => {
  it('is the message, and says by name which one it is', async () => {
    const server = await startChatServer();
    const { client } = openClient(market, { url: server.url });
    const connection = await server.nextConnection();
    connection.on('message', (data: Buffer) => {
      const { meta } = JSON.parse(data.toString());
      connection.send(JSON.stringify({ type: 'price', id: meta.id, cents: 5 }));
    });
    await client.opened;
    const answer = await client.quote({ symbol: 'A' });
    expect([answer.is('price'), answer.is('unknown')]).toEqual([true, false]);
    expect(answer.is('price') && answer.cents).toBe(5);
    expect(Object.keys(answer)).toEqual(['type', 'id', 'cents']);
  });

  it('has its name beside it if it may not be an object', async () => {
    const server = await startChatServer();
    const { client } = openClient(files, { url: server.url });
    const connection = await server.nextConnection();
    const received: unknown[] = [];
    connection.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString());
      received.push(request);
      if (request.name === 'a') connection.send(Buffer.from([1, 2]));
      else connection.send(JSON.stringify({ type: 'missing', name: request.name }));
    });
    await client.opened;
    const file = await client.closeOperation({ name: 'a' });
    expect(file.is('file') && file.payload).toEqual(new Uint8Array([1, 2]));
    expect(file.message).toBe('file');
    const missing = await client.closeOperation({ name: 'b' });
    expect(missing).toEqual({ message: 'missing', payload: { type: 'missing', name: 'b' } });
    expect([missing.is('file'), missing.is('missing')]).toEqual([false, true]);
    expect(received).toEqual(['a', 'b'].map((name) => ({ type: 'read', name })));
    client.close();
    await expect.poll(() => client.status.value.state, soon).toBe('closed');
  });
});
