import { describe, expect, it } from 'vitest';
import { postFrame } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openChat } from './open-chat.ts';
import { soon } from './soon.ts';

/** A client, and a function that sends posts to it. */
async function startChat(options: Parameters<typeof openChat>[1] = {}) {
  const server = await startChatServer();
  const opened = openChat(server.url, options);
  const connection = await server.nextConnection();
  const send = (...texts: readonly string[]) => {
    for (const text of texts) connection.send(postFrame(text));
  };
  /** Resolves when the client has received everything that was sent. */
  const arrived = () =>
    new Promise<void>((resolve) => {
      connection.once('pong', () => resolve());
      connection.ping();
    });
  return { ...opened, connection, send, arrived };
}

describe('the consumers of a client', () => {
  it('all get every message in order: handlers and loops', async () => {
    const { client, send, connection } = await startChat();
    const received: string[][] = [[], [], [], []];
    const [one, two, three, four] = received;
    client.on.post(({ text }) => void one?.push(text));
    client.on.post(({ text }) => void two?.push(text));
    const read = async (texts: string[] = []) => {
      for await (const message of client.messages()) if (message.type === 'post') texts.push(message.text);
    };
    const loops = [read(three), read(four)];
    send('a', 'b', 'c');
    connection.close(1000);
    await Promise.all(loops);
    expect(received).toEqual(received.map(() => ['a', 'b', 'c']));
  });

  it('get the next message when all of them are done with the one before', async () => {
    const { client, send, arrived } = await startChat();
    const gate = Promise.withResolvers<void>();
    const quick: string[] = [];
    client.on.post(({ text }) => void quick.push(text));
    client.on.post(() => gate.promise);
    const loop = client.messages();
    const first = loop.next();
    send('a', 'b');
    await first;
    const second = loop.next();
    await arrived();
    expect(quick).toEqual(['a']);
    gate.resolve();
    expect((await second).value).toEqual({ type: 'post', text: 'b' });
    expect(quick).toEqual(['a', 'b']);
  });

  it('lose nothing before the first one, and while there is none', async () => {
    const { client, send, arrived } = await startChat();
    const received: string[] = [];
    send('a');
    await arrived();
    const stop = client.on.post(({ text }) => void received.push(`first ${text}`));
    await expect.poll(() => received, soon).toEqual(['first a']);
    stop();
    send('b', 'c');
    await arrived();
    client.on.post(({ text }) => void received.push(`second ${text}`));
    await expect.poll(() => received, soon).toEqual(['first a', 'second b', 'second c']);
  });

  it('lose nothing when one replaces another at once, as when React mounts twice', async () => {
    const { client, send } = await startChat();
    const received: string[] = [];
    client.on.post(() => void received.push('never'))();
    client.on.post(({ text }) => void received.push(text));
    send('a');
    await expect.poll(() => received, soon).toEqual(['a']);
  });

  it('that join while a message is handled get the next one', async () => {
    const { client, send } = await startChat();
    const received: string[] = [];
    const stop = client.on.post(({ text }) => {
      stop();
      client.on.post((later) => void received.push(later.text));
      received.push(`first ${text}`);
    });
    send('a', 'b');
    await expect.poll(() => received, soon).toEqual(['first a', 'b']);
  });
});

describe('a handler', () => {
  it('is not called any more once it is removed, even for the current message', async () => {
    const { client, send, arrived } = await startChat();
    const received: string[] = [];
    client.on.post(({ text }) => {
      received.push(text);
      stop();
      stop();
    });
    const stop = client.on.post(() => void received.push('removed'));
    send('a', 'b');
    await arrived();
    await expect.poll(() => received, soon).toEqual(['a', 'b']);
  });

  it('that is added twice is called twice, and removed once at a time', async () => {
    const { client, send } = await startChat();
    const received: string[] = [];
    const handler = ({ text }: { readonly text: string }) => void received.push(text);
    const stop = client.on.post(handler);
    client.on.post(handler);
    send('a');
    await expect.poll(() => received, soon).toEqual(['a', 'a']);
    stop();
    stop();
    send('b');
    await expect.poll(() => received, soon).toEqual(['a', 'a', 'b']);
  });

  it('that is removed no longer delays the end of the client', async () => {
    const { client, send, connection } = await startChat();
    const called = Promise.withResolvers<void>();
    const stop = client.on.post(() => {
      called.resolve();
      return new Promise(() => {});
    });
    send('a', 'b');
    await called.promise;
    connection.close(1000, 'done');
    let isClosed = false;
    void client.closed.then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    stop();
    expect(await client.closed).toEqual({ code: 1000, reason: 'done' });
  });
});

describe('a loop over messages', () => {
  it('that is left while it waits ends at once and consumes nothing', async () => {
    const { client, send } = await startChat();
    const loop = client.messages();
    const abandoned = loop.next();
    expect(await loop.return?.()).toEqual({ done: true, value: undefined });
    expect(await abandoned).toEqual({ done: true, value: undefined });
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    send('a');
    expect((await client.messages().next()).value).toEqual({ type: 'post', text: 'a' });
  });

  it('ends quietly when its signal is aborted while it waits', async () => {
    const { client, send } = await startChat();
    const stopping = new AbortController();
    const ended = (async () => {
      for await (const _ of client.messages({ signal: stopping.signal }));
    })();
    await new Promise((resolve) => setTimeout(resolve, 10));
    stopping.abort();
    await ended;
    send('a');
    expect((await client.messages().next()).value).toEqual({ type: 'post', text: 'a' });
  });

  it('whose signal is aborted finishes the message that it has', async () => {
    const { client, send } = await startChat();
    const stopping = new AbortController();
    const received: unknown[] = [];
    send('a', 'b');
    for await (const message of client.messages({ signal: stopping.signal })) {
      stopping.abort();
      received.push(message);
    }
    expect(received).toEqual([{ type: 'post', text: 'a' }]);
    expect((await client.messages().next()).value).toEqual({ type: 'post', text: 'b' });
  });

  it('with an aborted signal consumes nothing', async () => {
    const { client, send } = await startChat();
    for await (const _ of client.messages({ signal: AbortSignal.abort() })) expect.unreachable();
    send('a');
    expect((await client.messages().next()).value).toEqual({ type: 'post', text: 'a' });
  });

  it('gives each pending `next` one message', async () => {
    const { client, send } = await startChat();
    const loop = client.messages();
    const pending = [loop.next(), loop.next(), loop.next()];
    send('a', 'b', 'c');
    const texts = (await Promise.all(pending)).map(({ value }) => Object(value).text);
    expect(texts).toEqual(['a', 'b', 'c']);
  });

  it('receives nothing before its first `next`, and does not delay others', async () => {
    const { client, send, arrived } = await startChat();
    const loop = client.messages();
    const received: string[] = [];
    client.on.post(({ text }) => void received.push(text));
    send('a', 'b');
    await arrived();
    await expect.poll(() => received, soon).toEqual(['a', 'b']);
    const next = loop.next();
    send('c');
    expect((await next).value).toEqual({ type: 'post', text: 'c' });
  });

  it('ends when the client is closed, even if a handler never settles', async () => {
    const { client, send } = await startChat();
    client.on.post(() => new Promise(() => {}));
    const loop = client.messages();
    const first = loop.next();
    send('a');
    await first;
    const second = loop.next();
    client.close();
    expect(await second).toEqual({ done: true, value: undefined });
  });

  it('throws the error that ended the client once, and can be left before that', async () => {
    const { client, connection } = await startChat();
    const [failing, left] = [client.messages(), client.messages()];
    const [rejected, abandoned] = [failing.next(), left.next()];
    await left.return?.();
    connection.close(4403);
    await expect(rejected).rejects.toThrow('4403');
    expect(await failing.next()).toEqual({ done: true, value: undefined });
    expect(await abandoned).toEqual({ done: true, value: undefined });
  });
});
