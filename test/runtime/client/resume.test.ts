import { describe, expect, expectTypeOf, it } from 'vitest';
import type { PostFeedPostedClient, PostFeedPostedTypes } from '../../../generated/asyncapi/client.ts';
import type { PostMessage, ResetMessage } from '../../../generated/asyncapi/models.ts';
import type { ConnectOptions } from '../../../src/runtime/client/index.ts';
import type { ChatTypes } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { cursor, type FeedOptions, frames, openFeed, sinceOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post, checkpoint, reset, bye } = frames;
const frame = (message: object) => JSON.stringify(message);

describe('a client of a resumable channel', () => {
  it.each<[what: string, query: FeedOptions['query'], sent: readonly string[], since: unknown[]]>([
    ['starts anew if it received nothing', {}, [], ['now', 'now']],
    ['starts where the first connection started', {}, [ready(5)], ['now', 5]],
    ['starts after the last post', {}, [ready(5), post(6), post(7)], ['now', 7]],
    ['starts after the last checkpoint', {}, [ready(5), post(6), checkpoint(9)], ['now', 9]],
    ['starts after a reset', {}, [ready(5), post(6), reset(20)], ['now', 20]],
    ['requests the last ack again', { since: 'acked', device: 'phone' }, [], ['acked', 'acked']],
    ['starts after the last ack', { since: 'acked', device: 'phone' }, [ready(3)], ['acked', 3]],
    ['starts at the given cursor', { since: cursor(4) }, [], [4, 4]],
    ['keeps its cursor until the reset arrives', { since: cursor(4) }, [ready(20)], [4, 4]],
    ['keeps its cursor after a post without one', {}, [ready(5), frames.plainPost('x')], ['now', 5]],
  ])('%s after a lost connection', async (_, query, sent, since) => {
    const server = await startChatServer();
    openFeed(server.url, { query: query ?? {} });
    const first = await server.nextConnection();
    for (const text of sent) first.send(text);
    first.close(1012);
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(since);
  });

  it('keeps the rest of the query', async () => {
    const server = await startChatServer();
    openFeed(server.url, { query: { audience: 'friends', device: 'phone' } });
    await server.nextConnection();
    expect(server.handshakes[0]?.url).toMatch(
      /^\/post\/feed\/posted\?audience=friends&device=phone&since=now&window=256&instance=\w+\.1$/,
    );
  });

  it('opens plain connections with `resume: false`', async () => {
    const server = await startChatServer();
    const { delivered } = openFeed(server.url, { resume: false, query: { since: 'now' } });
    const first = await server.nextConnection();
    first.send(frames.plainPost('one'));
    await expect.poll(() => delivered, soon).toEqual(['one']);
    first.terminate();
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual([null, null]);
  });

  it.each([
    ['an invalid cursor', { since: 'yesterday' }],
    ['acked without a device', { since: 'acked' }],
  ])('rejects %s', (_, query) => {
    expect(() => openFeed('ws://localhost', { query })).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    );
  });

  it('delivers posts unchanged, and no protocol messages', async () => {
    const server = await startChatServer();
    const { client } = openFeed(server.url, {}, 'none');
    const connection = await server.nextConnection();
    for (const text of [ready(0), checkpoint(1), post(2), bye(5), checkpoint(3), post(4)]) {
      connection.send(text);
    }
    const texts: string[] = [];
    for await (const message of client.messages()) {
      texts.push(JSON.stringify(message));
      if (texts.length === 2) break;
    }
    expect(texts).toEqual([post(2), post(4)]);
  });

  it('starts after the post that the application has, and receives the queued ones again', async () => {
    const server = await startChatServer();
    const gate = Promise.withResolvers<void>();
    const handled: string[] = [];
    openFeed(server.url, {
      on: {
        async post({ payload }) {
          await gate.promise;
          handled.push(payload.postText);
        },
      },
    });
    const first = await server.nextConnection();
    for (const text of [ready(0), post(1), post(2), post(3)]) first.send(text);
    first.close(4420, 'a post was not acknowledged');
    const second = await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 1]);
    for (const text of [ready(1), post(2), post(3), post(4)]) second.send(text);
    gate.resolve();
    await expect.poll(() => handled, soon).toEqual(['1', '2', '3', '4']);
  });

  it('keeps queued messages without a cursor, which no server sends again', async () => {
    const server = await startChatServer();
    const { client } = openFeed(server.url, {}, 'none');
    const first = await server.nextConnection();
    for (const text of [ready(0), post(1), frames.plainPost('plain')]) first.send(text);
    first.close(1012);
    const second = await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 0]);
    for (const text of [ready(0), post(1), post(2)]) second.send(text);
    const texts: string[] = [];
    for await (const message of client.messages()) {
      texts.push(JSON.stringify(message));
      if (texts.length === 3) break;
    }
    expect(texts).toEqual([frames.plainPost('plain'), post(1), post(2)]);
  });

  it('requests the last ack again while the reset that follows is queued', async () => {
    const server = await startChatServer();
    const gate = Promise.withResolvers<void>();
    openFeed(server.url, {
      query: { since: 'acked', device: 'phone' },
      onUnknown: () => gate.promise,
    });
    const first = await server.nextConnection();
    const started = frame({ type: 'ready', cursor: cursor(20), resumed: false, window: 256 });
    for (const text of [started, frame({ type: 'greeting' }), reset(20)]) first.send(text);
    first.close(1012);
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['acked', 'acked']);
    gate.resolve();
  });

  it('receives every post once, in order, however often the connection is lost', async () => {
    const server = await startChatServer();
    const { delivered, client } = openFeed(server.url, { maxWaitingMessages: 7 });
    const all = 300;
    const seqs = Array.from({ length: all }, (_, index) => index + 1);
    let sent = 0;
    while (sent < all) {
      const connection = await server.nextConnection();
      const since = sinceOf(server.handshakes).at(-1);
      const from = typeof since === 'number' ? since : 0;
      connection.send(ready(from));
      // What the client did not read from the last connection is sent again.
      sent = Math.min(from + 1 + ((from * 7) % 23), all);
      for (let seq = from + 1; seq <= sent; seq += 1) connection.send(post(seq));
      if (from % 2 === 0) connection.close(1012);
      else connection.terminate();
    }
    const last = await server.nextConnection();
    last.send(ready(Number(sinceOf(server.handshakes).at(-1))));
    for (let seq = Number(sinceOf(server.handshakes).at(-1)) + 1; seq <= all; seq += 1) {
      last.send(post(seq));
    }
    await expect.poll(() => delivered.length, soon).toBe(all);
    client.close();
    expect(delivered).toEqual(seqs.map(String));
  });

  it('has options that other channels do not have', () => {
    type Feed = ConnectOptions<PostFeedPostedTypes>;
    expectTypeOf<Parameters<NonNullable<Feed['onReset']>>>().toEqualTypeOf<[reset: ResetMessage]>();
    expectTypeOf<Feed['resume']>().toEqualTypeOf<boolean | undefined>();
    type On = PostFeedPostedClient['on'];
    expectTypeOf<keyof On & ('post' | keyof typeof frames)>().toEqualTypeOf<'post'>();
    expectTypeOf<Parameters<Parameters<On['post']>[0]>>().toEqualTypeOf<[message: PostMessage]>();
    type Chat = ConnectOptions<ChatTypes>;
    expectTypeOf<Chat['onReset' | 'resume' | 'cursor']>().toEqualTypeOf<undefined>();
  });
});

describe('a reset', () => {
  it.each(['expired', 'epoch', 'future'] as const)('with reason %s is delivered in order', async (reason) => {
    const server = await startChatServer();
    const delivered: string[] = [];
    openFeed(server.url, {
      query: { since: cursor(7) },
      async onReset(message) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        delivered.push(message.reason, message.cursor);
      },
      on: { post: ({ payload }) => void delivered.push(payload.postText) },
    });
    const connection = await server.nextConnection();
    for (const text of [ready(7), post(8), reset(20, reason), post(21)]) connection.send(text);
    await expect.poll(() => delivered, soon).toEqual(['8', reason, cursor(20), '21']);
  });

  it.each([
    ['goes to onError without onReset', undefined, { code: 'reset' }],
    ['whose onReset rejects goes to onError', () => Promise.reject(new Error('x')), { code: 'handler' }],
  ])('%s, and the client continues', async (_, onReset, error) => {
    const server = await startChatServer();
    const { delivered, errors } = openFeed(server.url, { onReset } as FeedOptions);
    const connection = await server.nextConnection();
    for (const text of [ready(0), reset(20), post(21)]) connection.send(text);
    await expect.poll(() => delivered, soon).toEqual(['21']);
    expect(errors).toMatchObject([error]);
  });
});

describe('a bye message', () => {
  it('makes the client reconnect after its delay', async () => {
    const server = await startChatServer();
    const { waits } = openFeed(server.url);
    const first = await server.nextConnection();
    first.send(ready(5));
    first.send(bye(77));
    first.close(1012);
    expect(await waits(1)).toMatchObject({ delayMs: 77 });
    (await server.nextConnection()).terminate();
    // The delay applies to the first connection only.
    expect((await waits(2)).delayMs).toBeLessThanOrEqual(10);
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 5, 5]);
  });

  it('does not affect an open connection', async () => {
    const server = await startChatServer();
    const { delivered, statuses } = openFeed(server.url);
    const connection = await server.nextConnection();
    for (const text of [ready(5), bye(1), post(6)]) connection.send(text);
    await expect.poll(() => delivered, soon).toEqual(['6']);
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'open']);
  });

  it('on every connection does not disable the back-off', async () => {
    const server = await startChatServer();
    const { waits } = openFeed(server.url, { reconnect: { baseMs: 1, maxMs: 64 } });
    for (let count = 0; count < 12; count += 1) {
      const connection = await server.nextConnection();
      connection.send(bye(0));
      connection.close(1012);
    }
    const delays = await Promise.all(Array.from({ length: 12 }, (_, index) => waits(index + 1)));
    expect(delays[0]?.delayMs).toBe(0);
    expect(Math.max(...delays.map(({ delayMs }) => delayMs))).toBeGreaterThan(0);
  });
});
