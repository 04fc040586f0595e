import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { startFeed } from '../support/feed-server.ts';
import { signToken } from '../support/tokens.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { reason, startProgram } from './python.ts';

describe.skipIf(reason !== null)(`a Python client whose token expires ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage('asyncapi.json');
  });
  afterAll(() => generated?.remove());

  const start = (url: string, config: object) =>
    startProgram('feed_app.py', generated.packages, { url, resume: false, ...config });

  it('sends a fresh one on the open connection before that, again and again', async () => {
    const server = await startChatServer();
    const user = randomUUID();
    const tokens = [8, 3600, 3601].map((expiresIn) => signToken(user, { expiresIn }));
    start(server.url, { tokens });
    const connection = await server.nextConnection();
    const frames: unknown[] = [];
    connection.on('message', (data: Buffer) => {
      frames.push(JSON.parse(data.toString()));
      connection.send(JSON.stringify({ type: 'authorized', expiresAt: Date.now() + 1500 }));
    });
    await expect.poll(() => frames, { timeout: 20_000 }).toHaveLength(2);
    expect(frames).toEqual(tokens.slice(1).map((token) => ({ type: 'auth', token })));
    expect(server.handshakes).toHaveLength(1);
  });

  it('connects again if the server does not know `auth`, and never sends it again', async () => {
    const server = await startChatServer();
    const user = randomUUID();
    const tokens = [8, 9, 3].map((expiresIn) => signToken(user, { expiresIn }));
    const { lines } = start(server.url, { tokens });
    const connection = await server.nextConnection();
    connection.on('message', () => connection.close(4400, 'the message matches no message'));
    const second = await server.nextConnection();
    expect(server.handshakes[1]?.headers.authorization).toBe(`Bearer ${tokens[2]}`);
    const frames: unknown[] = [];
    second.on('message', (data: Buffer) => void frames.push(data.toString()));
    await wait(3000);
    expect(frames).toEqual([]);
    expect(lines.flatMap(({ reported }) => reported ?? [])).toEqual([]);
  });

  it('keeps one connection to the feed for longer than its first token is valid', async () => {
    const feed = await startFeed();
    const user = randomUUID();
    const tokens = [5, 3600].map((expiresIn) => signToken(user, { expiresIn }));
    const { waitFor, lines } = start(feed.socketUrl, { tokens });
    await waitFor((seen) => seen.find(({ requested }) => requested === 'token'));
    await wait(8000);
    expect(lines.filter(({ requested }) => requested === 'token')).toHaveLength(2);
  });
});
