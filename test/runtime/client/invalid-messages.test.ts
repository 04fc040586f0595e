import { describe, expect, it } from 'vitest';
import {
  type InvalidDecision,
  type InvalidMessage,
  memoryCursor,
} from '../../../src/runtime/client/index.ts';
import { startChatServer } from './chat-server.ts';
import { rejection } from './open-chat.ts';
import { acksOf, cursor, type FeedOptions, frames, openFeed, sinceOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post } = frames;

/** A frame with a field that is not in the contract. */
const extend = (text: string) => JSON.stringify({ ...JSON.parse(text), added: { at: 1 } });

/** A post without its text. */
const broken = (seq: number) => JSON.stringify({ type: 'post', payload: {}, cursor: cursor(seq) });

/** A client and a server that sends a post, an invalid message and another post. */
async function startWithInvalid(options: FeedOptions, on: 'post' | 'none' = 'post') {
  const server = await startChatServer();
  const cursors = memoryCursor();
  const opened = openFeed(server.url, { cursor: cursors, ...options }, on);
  const connection = await server.nextConnection();
  const acks = acksOf(connection);
  for (const sent of [ready(1), post(2), broken(3), post(4)]) connection.send(sent);
  return { server, connection, cursors, acks, ...opened };
}

describe('an invalid message', () => {
  it('is reported before the next message is delivered, and does not end the client', async () => {
    const events: string[] = [];
    const { acks } = await startWithInvalid({
      onError: ({ code, message }) => void events.push(`${code}: ${message}`),
      on: { post: ({ payload }) => void events.push(payload.postText) },
    });
    await expect.poll(() => acks.at(-1), soon).toBe(4);
    const problem = 'bad_frame: The message post breaks the contract: /payload must have required property';
    expect(events.toSorted()).toEqual(['2', '4', expect.stringContaining(problem)]);
    expect(events.findIndex((event) => event.startsWith('bad_frame'))).toBeLessThan(events.indexOf('4'));
  });

  it('blocks delivery, acks and saved cursors after it until onInvalid settles', async () => {
    const decision = Promise.withResolvers<InvalidDecision>();
    const invalid: InvalidMessage[] = [];
    const { delivered, acks, errors, cursors } = await startWithInvalid({
      onInvalid(message) {
        invalid.push(message);
        return decision.promise;
      },
    });
    await expect.poll(() => acks, soon).toEqual([2]);
    // Longer than an ack may be delayed.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(delivered).toEqual(['2']);
    expect(acks).toEqual([2]);
    expect(await cursors.load()).toBe(cursor(2));
    expect(invalid).toEqual([{ frame: broken(3), error: expect.objectContaining({ code: 'bad_frame' }) }]);
    decision.resolve('continue');
    await expect.poll(() => acks, soon).toEqual([2, 4]);
    expect(delivered).toEqual(['2', '4']);
    expect(errors).toEqual([]);
  });

  it.each<[how: string, decide: () => InvalidDecision | Promise<InvalidDecision>]>([
    ['decides to close', () => 'close'],
    ['decides to close later', () => Promise.resolve('close')],
    [
      'throws',
      () => {
        throw new Error('a bug of the application');
      },
    ],
    ['does not decide', () => undefined as unknown as InvalidDecision],
  ])('ends the client without further acks when onInvalid %s', async (how, onInvalid) => {
    const { client, delivered, acks, errors, cursors } = await startWithInvalid({ onInvalid });
    expect(await rejection(client.closed)).toMatchObject({ code: 'bad_frame' });
    expect(errors.map(({ code }) => code)).toEqual(
      how === 'throws' ? ['handler', 'bad_frame'] : ['bad_frame'],
    );
    expect(delivered).toEqual(['2']);
    await expect.poll(() => acks, soon).toEqual([2]);
    expect(await cursors.load()).toBe(cursor(2));
  });

  it('ends a for await loop with the error when onInvalid decides to close', async () => {
    const { client, acks } = await startWithInvalid({ onInvalid: () => 'close' }, 'none');
    const texts: string[] = [];
    const read = async () => {
      for await (const { payload } of client.messages()) {
        if ('postText' in payload) texts.push(payload.postText);
      }
    };
    expect(await rejection(read())).toMatchObject({ code: 'bad_frame' });
    expect(texts).toEqual(['2']);
    await expect.poll(() => acks, soon).toEqual([2]);
  });

  it.each<[decision: InvalidDecision, acknowledged: readonly number[]]>([
    ['continue', [2, 4]],
    ['close', [2]],
  ])(
    'holds back later messages from all loops until onInvalid decides to %s',
    async (decision, acknowledged) => {
      const deciding = Promise.withResolvers<InvalidDecision>();
      const { client, acks, cursors } = await startWithInvalid({ onInvalid: () => deciding.promise }, 'none');
      const received: string[][] = [[], []];
      const loops = received.map(async (texts) => {
        for await (const { payload } of client.messages()) {
          if ('postText' in payload) texts.push(payload.postText);
        }
      });
      await expect.poll(() => acks, soon).toEqual([2]);
      // Longer than an ack may be delayed.
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(received).toEqual([['2'], ['2']]);
      expect(acks).toEqual([2]);
      deciding.resolve(decision);
      await expect.poll(() => acks, soon).toEqual(acknowledged);
      client.close();
      await Promise.allSettled(loops);
      expect(received).toEqual(received.map(() => acknowledged.map(String)));
      expect(await cursors.load()).toBe(cursor(acknowledged.at(-1) ?? 0));
      expect(acks).toEqual(acknowledged);
    },
  );

  it('is sent again to a client that starts from the saved cursor', async () => {
    const { server, cursors, client } = await startWithInvalid({ onInvalid: () => 'close' });
    await rejection(client.closed);
    openFeed(server.url, { cursor: cursors });
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 2]);
  });
});

describe('a field that is not in the contract', () => {
  it('is left in delivered messages and ignored in protocol messages', async () => {
    const server = await startChatServer();
    const messages: unknown[] = [];
    const { delivered, statuses, errors, waits } = openFeed(server.url, {
      on: { post: (message) => void messages.push(message) },
    });
    const connection = await server.nextConnection();
    const acks = acksOf(connection);
    for (const sent of [ready(1), post(2), frames.checkpoint(3), frames.reset(4), post(5), frames.bye(20)]) {
      connection.send(extend(sent));
    }
    await expect.poll(() => acks.at(-1), soon).toBe(5);
    connection.close(1012);
    expect(await waits(1)).toMatchObject({ delayMs: 20 });
    expect(messages).toMatchObject([{ added: { at: 1 } }, { added: { at: 1 } }]);
    expect(delivered).toEqual(['expired']);
    expect(statuses.filter(({ state }) => state === 'open').length).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });
});
