import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startChatServer } from './chat-server.ts';
import { acksOf, cursor, frames, openFeed } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post, checkpoint, reset } = frames;

/** Longer than an ack waits for a newer one. */
const longEnough = () => new Promise((resolve) => setTimeout(resolve, 400));

describe('a client that acknowledges', () => {
  it('says where it began, and then the newest place alone', async () => {
    const server = await startChatServer();
    openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(5));
    await expect.poll(() => acks, soon).toEqual([5]);
    for (let place = 6; place <= 30; place += 1) connection.send(post(place));
    await expect.poll(() => acks, soon).toEqual([5, 30]);
    await longEnough();
    expect(acks).toEqual([5, 30]);
  });

  it('does so at once when a quarter of the window is processed', async () => {
    const server = await startChatServer();
    openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(0, 40));
    for (let place = 1; place <= 29; place += 1) connection.send(post(place));
    await expect.poll(() => acks, soon).toEqual([9, 19, 29]);
  });

  it('does so for checkpoints', async () => {
    const server = await startChatServer();
    openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(0));
    connection.send(checkpoint(8));
    await expect.poll(() => acks, soon).toEqual([8]);
  });

  it('waits for the promise of the handler', async () => {
    const server = await startChatServer();
    const gate = Promise.withResolvers<void>();
    openFeed(server.url, {
      on: { post: ({ payload }) => (payload.postText === '2' ? gate.promise : undefined) },
    });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(0), post(1), post(2), post(3)]) connection.send(text);
    await longEnough();
    expect(acks).toEqual([1]);
    gate.resolve();
    await expect.poll(() => acks, soon).toEqual([1, 3]);
  });

  it('counts a post whose handler fails as processed', async () => {
    const server = await startChatServer();
    const { errors } = openFeed(server.url, { on: { post: () => Promise.reject(new Error('a bug')) } });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(0), post(1), post(2)]) connection.send(text);
    await expect.poll(() => acks, soon).toEqual([2]);
    expect(errors).toMatchObject([{ code: 'handler' }, { code: 'handler' }]);
  });

  it('has the last word before it closes', async () => {
    const server = await startChatServer();
    const { client, told } = openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    const closed = once(connection, 'close');
    for (const text of [ready(0), post(1), post(2)]) connection.send(text);
    await expect.poll(() => told, soon).toEqual(['1', '2']);
    client.close();
    expect((await closed)[0]).toBe(1000);
    expect(acks).toEqual([2]);
  });

  it('leaves out what is not processed when it closes', async () => {
    const server = await startChatServer();
    const begun = Promise.withResolvers<void>();
    const { client } = openFeed(server.url, {
      on: {
        post({ payload }) {
          if (payload.postText === '1') return undefined;
          begun.resolve();
          return new Promise(() => {});
        },
      },
    });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    const closed = once(connection, 'close');
    for (const text of [ready(0), post(1), post(2), post(3)]) connection.send(text);
    await begun.promise;
    client.close();
    await closed;
    expect(acks).toEqual([1]);
  });

  it('says on a new connection only what came on it, for the server may not know the rest', async () => {
    const server = await startChatServer();
    const gate = Promise.withResolvers<void>();
    const { told } = openFeed(server.url, {
      on: {
        async post({ payload }) {
          await gate.promise;
          told.push(payload.postText);
        },
      },
    });
    const first = await server.nextConnection();
    for (const text of [ready(1_000), post(1_001), post(1_002)]) first.send(text);
    first.close(1012);
    const second = await server.nextConnection();
    const acks = acksOf(second);
    for (const text of [ready(1, 4), reset(1, 'epoch'), post(2)]) second.send(text);
    second.ping();
    // The client has read what came before.
    await once(second, 'pong');
    gate.resolve();
    await expect.poll(() => told, soon).toEqual(['1001', '1002', 'epoch', '2']);
    await expect.poll(() => acks, soon).toEqual([1, 2]);
  });

  it('repeats on a new connection that goes on where the last one ended', async () => {
    const server = await startChatServer();
    const { told } = openFeed(server.url);
    const first = await server.nextConnection();
    for (const text of [ready(0), post(1)]) first.send(text);
    await expect.poll(() => told, soon).toEqual(['1']);
    first.terminate();
    const second = await server.nextConnection();
    const acks = acksOf(second);
    second.send(ready(1));
    await expect.poll(() => acks, soon).toEqual([1]);
  });

  it('waits for a reset to be told where the server had kept the place', async () => {
    const server = await startChatServer();
    const gate = Promise.withResolvers<void>();
    openFeed(server.url, { query: { since: 'acked', device: 'phone' }, onReset: () => gate.promise });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(20), reset(20)]) connection.send(text);
    await longEnough();
    expect(acks).toEqual([]);
    gate.resolve();
    await expect.poll(() => acks, soon).toEqual([20]);
  });

  it('says nothing on a connection that is not resumable', async () => {
    const server = await startChatServer();
    const { told } = openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(frames.plainPost('plain'));
    await expect.poll(() => told, soon).toEqual(['plain']);
    await longEnough();
    expect(acks).toEqual([]);
  });
});

describe('a client that is read by for await', () => {
  it('acknowledges a post when the next one is asked for, and the last when the loop is left', async () => {
    const server = await startChatServer();
    const { client } = openFeed(server.url, {}, 'none');
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(0), post(1), post(2), post(3)]) connection.send(text);
    await expect.poll(() => acks, soon).toEqual([0]);
    const log: unknown[] = [];
    for await (const { cursor: place } of client) {
      await longEnough();
      log.push([place, [...acks]]);
      if (place === cursor(2)) break;
    }
    await expect.poll(() => acks, soon).toEqual([0, 1, 2]);
    expect(log).toEqual([
      [cursor(1), [0]],
      [cursor(2), [0, 1]],
    ]);
  });

  it('acknowledges up to the first post that one of several loops still has', async () => {
    const server = await startChatServer();
    const { client } = openFeed(server.url, {}, 'none');
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    const [slow, quick] = [client[Symbol.asyncIterator](), client[Symbol.asyncIterator]()];
    for (const text of [ready(0), post(1), post(2), post(3)]) connection.send(text);
    await expect.poll(() => acks, soon).toEqual([0]);
    await slow.next();
    await quick.next();
    await quick.next();
    await longEnough();
    expect(acks).toEqual([0]);
    await slow.return?.();
    await expect.poll(() => acks, soon).toEqual([0, 2]);
  });
});
