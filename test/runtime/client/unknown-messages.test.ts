import { describe, expect, it } from 'vitest';
import { postFrame } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openChat } from './open-chat.ts';
import { acksOf, cursor, type FeedOptions, frames, openFeed, sinceOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post } = frames;

/** A message of a type that is not in the contract. */
const poll = (more: object = {}) => JSON.stringify({ type: 'poll', question: 'Tea?', ...more });

describe('a message of an unknown type', () => {
  it.each([
    ['JSON', poll(), { type: 'poll', question: 'Tea?' }],
    ['bytes', Buffer.from([1, 2]), new Uint8Array([1, 2])],
  ])('is passed to onUnknown in order: %s', async (_, frame, unknown) => {
    const server = await startChatServer();
    const delivered: unknown[] = [];
    const { errors } = openChat(server.url, {
      on: { post: ({ text }) => void delivered.push(text) },
      onUnknown: (message) => void delivered.push(message),
    });
    const connection = await server.nextConnection();
    for (const sent of [postFrame('before'), frame, postFrame('after')]) connection.send(sent);
    await expect.poll(() => delivered, soon).toEqual(['before', unknown, 'after']);
    expect(errors).toEqual([]);
  });

  it('is ignored without onUnknown', async () => {
    const server = await startChatServer();
    const delivered: unknown[] = [];
    const { errors } = openChat(server.url, { on: { post: ({ text }) => void delivered.push(text) } });
    const connection = await server.nextConnection();
    for (const sent of [poll(), Buffer.from([1]), postFrame('after')]) connection.send(sent);
    await expect.poll(() => delivered, soon).toEqual(['after']);
    expect(errors).toEqual([]);
  });

  it('delays the next message until onUnknown settles', async () => {
    const server = await startChatServer();
    const delivered: unknown[] = [];
    openChat(server.url, {
      on: { post: ({ text }) => void delivered.push(text) },
      async onUnknown() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        delivered.push('unknown');
      },
    });
    const connection = await server.nextConnection();
    for (const sent of [poll(), postFrame('after')]) connection.send(sent);
    await expect.poll(() => delivered, soon).toEqual(['unknown', 'after']);
  });

  it('is acknowledged even if onUnknown throws, which is reported', async () => {
    const server = await startChatServer();
    const { delivered, errors } = openFeed(server.url, {
      onUnknown() {
        throw new Error('a bug of the application');
      },
    });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const sent of [ready(1), poll({ cursor: cursor(2) })]) connection.send(sent);
    await expect.poll(() => acks, soon).toEqual([2]);
    expect(delivered).toEqual([]);
    expect(errors).toMatchObject([{ code: 'handler', message: 'The function `onUnknown` threw.' }]);
  });

  it.each<[how: string, options: FeedOptions, on: 'post' | 'none']>([
    ['with onUnknown', { onUnknown() {} }, 'post'],
    ['without onUnknown', {}, 'post'],
    ['in a for await loop', {}, 'none'],
  ])('with a valid cursor is acknowledged and not sent again: %s', async (_, options, on) => {
    const server = await startChatServer();
    const { client, waits } = openFeed(server.url, options, on);
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const sent of [ready(1), poll({ cursor: cursor(2) })]) connection.send(sent);
    if (on === 'none') void client.messages().next();
    await expect.poll(() => acks.at(-1), soon).toBe(2);
    connection.terminate();
    await waits(1);
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 2]);
  });

  it.each([
    ['without one', {}],
    ['with an invalid one', { cursor: 'elsewhere' }],
    ['with a number', { cursor: 3 }],
  ])('does not move the cursor %s', async (_, more) => {
    const server = await startChatServer();
    const unknown: unknown[] = [];
    const { waits } = openFeed(server.url, { onUnknown: (message) => void unknown.push(message) });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const sent of [ready(1), post(2), poll(more)]) connection.send(sent);
    await expect.poll(() => unknown, soon).toHaveLength(1);
    await expect.poll(() => acks, soon).toEqual([2]);
    connection.terminate();
    await waits(1);
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 2]);
    expect(acks).toEqual([2]);
  });
});
