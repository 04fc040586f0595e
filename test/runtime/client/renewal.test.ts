import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import { tokenSource } from '../../../src/runtime/shared/token-source.ts';
import { startFeed } from '../../support/feed-server.ts';
import { signToken } from '../../support/tokens.ts';
import { chat } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openClient } from './open-chat.ts';

const renewable: typeof chat = { ...chat, auth: true };

/** A JSON Web Token that is valid for this long; the first tokens expire soon, the last one never. */
function createTokens(...lifetimesMs: readonly number[]) {
  const issued: string[] = [];
  const auth = (): string => {
    const exp = (Date.now() + (lifetimesMs[issued.length] ?? 3_600_000)) / 1000;
    const payload = Buffer.from(JSON.stringify({ exp, n: issued.length })).toString('base64url');
    issued.push(`e30.${payload}.c2ln`);
    return issued.at(-1) ?? '';
  };
  return { issued, auth };
}

function open(url: string, auth: string | (() => string | Promise<string>), channel = renewable) {
  return openClient(channel, { url, auth, params: { room: 'lobby' } });
}

/** The frames that a client sends. */
function framesOf(connection: WebSocket): readonly unknown[] {
  const frames: unknown[] = [];
  connection.on('message', (data: Buffer) => void frames.push(JSON.parse(data.toString())));
  return frames;
}

describe('a client whose token expires', () => {
  it('sends a fresh one on the open connection before that, again and again', async () => {
    const server = await startChatServer();
    const { issued, auth } = createTokens(1500);
    const { errors } = open(server.url, auth);
    const connection = await server.nextConnection();
    const frames = framesOf(connection);
    await expect.poll(() => frames, { timeout: 3000 }).toHaveLength(1);
    expect(frames).toEqual([{ type: 'auth', token: issued[1] }]);
    connection.send(JSON.stringify({ type: 'authorized', expiresAt: Date.now() + 1500 }));
    await expect.poll(() => frames, { timeout: 3000 }).toHaveLength(2);
    expect(frames[1]).toEqual({ type: 'auth', token: issued[2] });
    expect([server.handshakes.length, errors]).toEqual([1, []]);
  });

  it('replaces a token for all clients that share it', async () => {
    const server = await startChatServer();
    const { issued, auth } = createTokens(2500);
    const token = tokenSource(auth);
    open(server.url, token);
    const frames = framesOf(await server.nextConnection());
    await expect.poll(() => frames, { timeout: 5000 }).toHaveLength(1);
    expect(frames).toEqual([{ type: 'auth', token: issued[1] }]);
    expect(await token()).toBe(issued[1]);
    expect(issued).toHaveLength(2);
  });

  it('connects again with the fresh token if the server does not know `auth`, and never sends it again', async () => {
    const server = await startChatServer();
    const { issued, auth } = createTokens(1500, 1500, 1500);
    const { errors, reaches } = open(server.url, auth);
    const connection = await server.nextConnection();
    connection.on('message', () => connection.close(4400, 'the message matches no message'));
    const second = await server.nextConnection();
    expect(server.handshakes[1]?.headers.authorization).toBe(`Bearer ${issued[2]}`);
    await reaches('open', 2);
    const frames = framesOf(second);
    await wait(1600);
    expect([frames, errors]).toEqual([[], []]);
    second.close(4401);
    await server.nextConnection();
  });

  it('leaves the connection alone while the function has no other token', async () => {
    const server = await startChatServer();
    const { auth } = createTokens(2500);
    const token = auth();
    open(server.url, () => token);
    const frames = framesOf(await server.nextConnection());
    await wait(2600);
    expect([frames, server.handshakes.length]).toEqual([[], 1]);
  });

  it.each([
    ['whose token is a string', true, false],
    ['of a channel without `auth`', false, true],
  ])('sends nothing if it is a client %s', async (_, hasAuth, isFunction) => {
    const server = await startChatServer();
    const { auth } = createTokens(1500);
    open(server.url, isFunction ? auth : auth(), hasAuth ? renewable : chat);
    const frames = framesOf(await server.nextConnection());
    await wait(1600);
    expect(frames).toEqual([]);
  });
});

it('a client of the feed keeps one connection for longer than any of its tokens is valid', async () => {
  const feed = await startFeed();
  const user = randomUUID();
  let issued = 0;
  const auth = (): string => {
    issued += 1;
    return signToken(user, { expiresIn: 9 + issued });
  };
  const { client, statuses } = openClient(postFeedPosted, { url: feed.socketUrl, auth });
  await client.opened;
  await wait(14_000);
  expect(issued).toBeGreaterThan(1);
  expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'open']);
});
