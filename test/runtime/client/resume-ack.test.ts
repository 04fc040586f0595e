import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startChatServer } from './chat-server.ts';
import { acksOf, cursor, frames, openFeed } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post, checkpoint, reset } = frames;

/** Longer than an ack may be delayed. */
const longEnough = () => new Promise((resolve) => setTimeout(resolve, 400));

describe('a resumable client with handlers', () => {
  it('acknowledges where it started, and then only the newest cursor', async () => {
    const server = await startChatServer();
    openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(5));
    await expect.poll(() => acks, soon).toEqual([5]);
    for (let seq = 6; seq <= 30; seq += 1) connection.send(post(seq));
    await expect.poll(() => acks, soon).toEqual([5, 30]);
    await longEnough();
    expect(acks).toEqual([5, 30]);
  });

  it('acknowledges at once when a quarter of the window is processed', async () => {
    const server = await startChatServer();
    openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(0, 40));
    for (let seq = 1; seq <= 29; seq += 1) connection.send(post(seq));
    await expect.poll(() => acks, soon).toEqual([9, 19, 29]);
  });

  it('acknowledges checkpoints', async () => {
    const server = await startChatServer();
    openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(ready(0));
    connection.send(checkpoint(8));
    await expect.poll(() => acks, soon).toEqual([8]);
  });

  it('acknowledges after the promise of the handler settles', async () => {
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

  it('acknowledges a post whose handler rejects', async () => {
    const server = await startChatServer();
    const { errors } = openFeed(server.url, { on: { post: () => Promise.reject(new Error('a bug')) } });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(0), post(1), post(2)]) connection.send(text);
    await expect.poll(() => acks, soon).toEqual([2]);
    expect(errors).toMatchObject([{ code: 'handler' }, { code: 'handler' }]);
  });

  it('sends the last ack before it closes', async () => {
    const server = await startChatServer();
    const { client, delivered } = openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    const closed = once(connection, 'close');
    for (const text of [ready(0), post(1), post(2)]) connection.send(text);
    await expect.poll(() => delivered, soon).toEqual(['1', '2']);
    client.close();
    expect((await closed)[0]).toBe(1000);
    expect(acks).toEqual([2]);
  });

  it('does not acknowledge unprocessed posts when it closes', async () => {
    const server = await startChatServer();
    const started = Promise.withResolvers<void>();
    const { client } = openFeed(server.url, {
      on: {
        post({ payload }) {
          if (payload.postText === '1') return undefined;
          started.resolve();
          return new Promise(() => {});
        },
      },
    });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    const closed = once(connection, 'close');
    for (const text of [ready(0), post(1), post(2), post(3)]) connection.send(text);
    await started.promise;
    client.close();
    await closed;
    expect(acks).toEqual([1]);
  });

  it('acknowledges on a new connection only what arrived on it', async () => {
    const server = await startChatServer();
    const gate = Promise.withResolvers<void>();
    const { delivered } = openFeed(server.url, {
      on: {
        async post({ payload }) {
          await gate.promise;
          delivered.push(payload.postText);
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
    // The pong shows that the client has read everything before it.
    await once(second, 'pong');
    gate.resolve();
    await expect.poll(() => delivered, soon).toEqual(['1001', 'epoch', '2']);
    await expect.poll(() => acks, soon).toEqual([1, 2]);
  });

  it('repeats the ack on a new connection that continues at the same cursor', async () => {
    const server = await startChatServer();
    const { delivered } = openFeed(server.url);
    const first = await server.nextConnection();
    for (const text of [ready(0), post(1)]) first.send(text);
    await expect.poll(() => delivered, soon).toEqual(['1']);
    first.terminate();
    const second = await server.nextConnection();
    const acks = acksOf(second);
    second.send(ready(1));
    await expect.poll(() => acks, soon).toEqual([1]);
  });

  it('acknowledges after onReset if the server kept the cursor', async () => {
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

  it('sends no acks on a connection that is not resumable', async () => {
    const server = await startChatServer();
    const { delivered } = openFeed(server.url);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    connection.send(frames.plainPost('plain'));
    await expect.poll(() => delivered, soon).toEqual(['plain']);
    await longEnough();
    expect(acks).toEqual([]);
  });
});

describe('a resumable client that is read with for await', () => {
  it('acknowledges a post when the loop continues, and the last one when it is left', async () => {
    const server = await startChatServer();
    const { client } = openFeed(server.url, {}, 'none');
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const text of [ready(0), post(1), post(2), post(3)]) connection.send(text);
    await expect.poll(() => acks, soon).toEqual([0]);
    const log: unknown[] = [];
    for await (const { cursor: received } of client.messages()) {
      await longEnough();
      log.push([received, [...acks]]);
      if (received === cursor(2)) break;
    }
    await expect.poll(() => acks, soon).toEqual([0, 1, 2]);
    expect(log).toEqual([
      [cursor(1), [0]],
      [cursor(2), [0, 1]],
    ]);
  });

  it('acknowledges a post when all loops are done with it', async () => {
    const server = await startChatServer();
    const { client } = openFeed(server.url, {}, 'none');
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    const [slow, quick] = [client.messages(), client.messages()];
    for (const text of [ready(0), post(1), post(2), post(3)]) connection.send(text);
    await expect.poll(() => acks, soon).toEqual([0]);
    await Promise.all([slow.next(), quick.next()]);
    const second = quick.next();
    await longEnough();
    expect(acks).toEqual([0]);
    await slow.return?.();
    await expect.poll(() => acks, soon).toEqual([0, 1]);
    expect((await second).value).toMatchObject({ payload: { postText: '2' } });
  });
});
