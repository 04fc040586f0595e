import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../../src/runtime/client/node.ts';
import { news, postFrame } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openChat, rejection } from './open-chat.ts';
import { soon } from './soon.ts';

describe('a client that receives messages', () => {
  it('passes each message to the handler of its name', async () => {
    const server = await startChatServer();
    const handled: unknown[] = [];
    openChat(server.url, {
      on: {
        post: ({ text }) => void handled.push(text),
        notice: ({ count }) => void handled.push(count),
      },
    });
    const connection = await server.nextConnection();
    connection.send(postFrame('hello'));
    connection.send('{"type":"notice","count":3}');
    connection.send(postFrame('bye'));
    await expect.poll(() => handled, soon).toEqual(['hello', 3, 'bye']);
  });

  it('skips a message without a handler', async () => {
    const server = await startChatServer();
    const handled: unknown[] = [];
    const { errors } = openChat(server.url, { on: { post: ({ text }) => void handled.push(text) } });
    const connection = await server.nextConnection();
    connection.send('{"type":"notice","count":3}');
    connection.send(postFrame('after'));
    await expect.poll(() => handled, soon).toEqual(['after']);
    expect(errors).toEqual([]);
  });

  it('works without credentials, parameters, query and tag if the contract has none', async () => {
    const server = await startChatServer();
    await using client = connect(news, { url: server.url });
    const connection = await server.nextConnection();
    connection.send(postFrame('new'));
    for await (const message of client.messages()) {
      expect(message).toEqual({ type: 'post', text: 'new' });
      break;
    }
    expect(server.handshakes[0]?.url).toBe('/news');
    expect(server.handshakes[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['text that is not JSON', 'hello', /not JSON/],
    ['JSON that is not an object', '17', /not one of the channel's messages \(post, notice\)/],
    ['an object without a type', '{"text":"x"}', /not one of the channel's messages/],
    ['a message with a wrong property', '{"type":"post","text":17}', /post breaks the contract: \/text/],
  ])('reports %s, and continues', async (_, frame, problem) => {
    const server = await startChatServer();
    const handled: unknown[] = [];
    const { errors, statuses } = openChat(server.url, {
      on: { post: ({ text }) => void handled.push(text) },
    });
    const connection = await server.nextConnection();
    connection.send(frame);
    connection.send(postFrame('after'));
    await expect.poll(() => handled, soon).toEqual(['after']);
    expect(errors).toEqual([expect.objectContaining({ code: 'bad_frame' })]);
    expect(errors[0]?.message).toMatch(problem);
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'open']);
  });

  it('connects again after a message that is too large', async () => {
    const server = await startChatServer();
    const { reaches } = openChat(server.url, { maxFrameBytes: 100 });
    const connection = await server.nextConnection();
    connection.send(postFrame('x'.repeat(200)));
    expect((await reaches('waiting')).error).toMatchObject({
      code: 'closed',
      message: 'The connection was lost: Max payload size exceeded.',
    });
    await reaches('open', 2);
  });

  it('delivers the next message after the promise of the last handler settles', async () => {
    const server = await startChatServer();
    const log: string[] = [];
    openChat(server.url, {
      on: {
        async post({ text }) {
          log.push(`${text} begins`);
          await new Promise((resolve) => setTimeout(resolve, text === 'slow' ? 30 : 0));
          log.push(`${text} ends`);
        },
      },
    });
    const connection = await server.nextConnection();
    connection.send(postFrame('slow'));
    connection.send(postFrame('quick'));
    await expect.poll(() => log, soon).toEqual(['slow begins', 'slow ends', 'quick begins', 'quick ends']);
  });

  it('reports a handler that throws or rejects, and continues', async () => {
    const server = await startChatServer();
    const handled: string[] = [];
    const { errors } = openChat(server.url, {
      on: {
        post({ text }) {
          handled.push(text);
          if (text === 'throws') throw new Error('thrown');
          return text === 'rejects' ? Promise.reject(new Error('rejected')) : undefined;
        },
      },
    });
    const connection = await server.nextConnection();
    for (const text of ['throws', 'rejects', 'works']) connection.send(postFrame(text));
    await expect.poll(() => handled, soon).toEqual(['throws', 'rejects', 'works']);
    expect(errors).toMatchObject([
      { code: 'handler', message: 'The function `on.post` threw.', cause: new Error('thrown') },
      { code: 'handler', cause: new Error('rejected') },
    ]);
  });

  it('prints errors to the console by default', async () => {
    const shown = vi.spyOn(console, 'error').mockImplementation(() => {});
    const server = await startChatServer();
    const client = connect(news, { url: server.url });
    onTestFinished(() => client.close());
    (await server.nextConnection()).send('?');
    await expect
      .poll(() => shown.mock.calls, soon)
      .toEqual([[expect.objectContaining({ code: 'bad_frame' })]]);
    shown.mockRestore();
  });

  it('can be read with for await, across loops and connections', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    const first = await server.nextConnection();
    first.send(postFrame('one'));
    first.send(postFrame('two'));
    const texts: string[] = [];
    for await (const message of client.messages()) {
      if (message.type === 'post') texts.push(message.text);
      if (texts.length === 2) break;
    }
    first.terminate();
    (await server.nextConnection()).send(postFrame('three'));
    for await (const message of client.messages()) {
      if (message.type === 'post') texts.push(message.text);
      break;
    }
    expect(texts).toEqual(['one', 'two', 'three']);
  });

  it('ends a for await loop after the messages received before the end', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    const connection = await server.nextConnection();
    connection.send(postFrame('last'));
    connection.close(1000);
    await client.closed;
    const messages: unknown[] = [];
    for await (const message of client.messages()) messages.push(message);
    expect(messages).toEqual([{ type: 'post', text: 'last' }]);
  });

  it('throws the error that ended it from a for await loop', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url);
    const connection = await server.nextConnection();
    connection.send(postFrame('last'));
    connection.close(4403, 'go away');
    const messages: unknown[] = [];
    const read = async () => {
      for await (const message of client.messages()) messages.push(message);
    };
    expect(await rejection(read())).toMatchObject({ code: 'closed', closeCode: 4403 });
    expect(messages).toHaveLength(1);
  });

  it('stops reading while the application lags behind, and loses nothing', async () => {
    const server = await startChatServer();
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    const handled: string[] = [];
    openChat(server.url, {
      maxWaitingMessages: 4,
      on: {
        async post({ text }) {
          await gate;
          handled.push(text.trim());
        },
      },
    });
    const connection = await server.nextConnection();
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    for (const text of texts) connection.send(postFrame(text.padEnd(100_000)));
    let ponged = false;
    connection.once('pong', () => {
      ponged = true;
    });
    connection.ping();
    // Long enough for the pong of a client that reads everything.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ponged).toBe(false);
    openGate();
    await expect.poll(() => handled, soon).toEqual(texts);
    await expect.poll(() => ponged, soon).toBe(true);
  });

  it('survives callbacks that throw, which become uncaught exceptions', async () => {
    const uncaught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => uncaught.push(error));
    const server = await startChatServer();
    const handled: string[] = [];
    const { client } = openChat(server.url, {
      on: { post: ({ text }) => void handled.push(text) },
      onError: fail,
    });
    client.status.subscribe(fail);
    const connection = await server.nextConnection();
    connection.send('?');
    connection.send(postFrame('after'));
    await expect.poll(() => handled, soon).toEqual(['after']);
    await client[Symbol.asyncDispose]();
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    // One each for open, the invalid frame and closed.
    expect(uncaught).toHaveLength(3);
  });
});

function fail(): never {
  throw new Error('a bug of the application');
}
