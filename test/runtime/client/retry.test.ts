import { describe, expect, it } from 'vitest';
import type { ClientFailure } from '../../../src/runtime/client/index.ts';
import { startChatServer } from './chat-server.ts';
import { openChat, rejection } from './open-chat.ts';

/** Answers that a load balancer or a proxy may give while the servers behind it are replaced. */
const oddAnswers: readonly (readonly [title: string, answer: string])[] = [
  ['404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
  ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ['302', 'HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n'],
  ['400', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
  ['401', 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'],
  ['403', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
  ['a 101 that is cut', 'HTTP/1.1 101 Switching Protocols\r\nUpgr'],
  [
    'a 101 of something else',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: tls\r\nConnection: Upgrade\r\n\r\n',
  ],
  [
    'a 101 with the wrong key',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
  ],
  ['bytes that are not HTTP', '\u0000\u0001\u0002'],
];

describe('a client that has been open', () => {
  it.each(oddAnswers)('tries again after %s', async (_, raw) => {
    let isReplaced = true;
    const server = await startChatServer({
      refuse: () => {
        isReplaced = !isReplaced;
        return isReplaced ? { raw } : undefined;
      },
    });
    const { reaches, errors } = openChat(server.url);
    (await server.nextConnection()).close(1012);
    await server.nextConnection();
    await reaches('open', 2);
    expect(server.handshakes).toHaveLength(3);
    expect(errors).toEqual([]);
  });

  it('ends if its token is rejected ten times in a row, with pauses that grow', async () => {
    let isRevoked = false;
    const server = await startChatServer({ refuse: () => (isRevoked ? { status: 401 } : undefined) });
    const { client, statuses } = openChat(server.url, {
      auth: () => 'stale',
      reconnect: { baseMs: 1, maxMs: 64 },
    });
    const connection = await server.nextConnection();
    isRevoked = true;
    connection.terminate();
    expect(await rejection(client.closed)).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(server.handshakes).toHaveLength(11);
    const pauses = statuses.flatMap((status) =>
      status.state === 'waiting' && status.error.code === 'unauthorized' ? [status.delayMs] : [],
    );
    for (const [index, delayMs] of pauses.slice(1).entries()) {
      expect(delayMs).toBeGreaterThanOrEqual(Math.min(64, 2 ** (index + 2)) / 2);
    }
  });
});

describe('the option shouldRetry', () => {
  it('decides what is final, and gets what the client would do by default', async () => {
    const server = await startChatServer({ refuse: () => ({ status: 404 }) });
    const failures: Omit<ClientFailure, 'error'>[] = [];
    const { client } = openChat(server.url, {
      shouldRetry: ({ error, ...failure }) => {
        failures.push(failure);
        return error.status === 404 && failure.attempt < 3;
      },
    });
    expect(await rejection(client.closed)).toMatchObject({ code: 'refused', status: 404 });
    expect(failures).toEqual([1, 2, 3].map((attempt) => ({ attempt, wasOpen: false, isFinal: true })));
  });

  it('can end a client that would try again', async () => {
    const server = await startChatServer();
    const { client } = openChat(server.url, { shouldRetry: ({ wasOpen, isFinal }) => !wasOpen && !isFinal });
    (await server.nextConnection()).close(1012);
    expect(await rejection(client.closed)).toMatchObject({ code: 'closed', closeCode: 1012 });
  });

  it('that throws is reported, and the default applies', async () => {
    const server = await startChatServer();
    const cause = new Error('a bug');
    const { reaches, errors } = openChat(server.url, {
      shouldRetry: () => {
        throw cause;
      },
    });
    (await server.nextConnection()).close(1012);
    await reaches('open', 2);
    expect(errors).toMatchObject([{ code: 'handler', message: 'The function `shouldRetry` threw.', cause }]);
  });
});

describe('reconnect()', () => {
  it('replaces an open connection at once', async () => {
    const server = await startChatServer();
    const { client, reaches, statuses } = openChat(server.url, { reconnect: { baseMs: 60_000 } });
    const first = await server.nextConnection();
    await reaches('open');
    const closed = new Promise((resolve) => first.on('close', resolve));
    client.reconnect();
    await Promise.all([closed, server.nextConnection(), reaches('open', 2)]);
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'open', 'connecting', 'open']);
  });

  it('ends the wait for the next attempt', async () => {
    let isDown = true;
    const server = await startChatServer({ refuse: () => (isDown ? { status: 503 } : undefined) });
    const { client, reaches } = openChat(server.url, { reconnect: { baseMs: 2_000_000, maxMs: 2_000_000 } });
    await reaches('waiting');
    isDown = false;
    client.reconnect();
    await reaches('open');
    expect(server.handshakes).toHaveLength(2);
  });

  it('replaces an attempt that hangs', async () => {
    let hangs = true;
    const server = await startChatServer({ refuse: () => (hangs ? 'ignore' : undefined) });
    const { client, reaches } = openChat(server.url);
    await expect.poll(() => server.handshakes.length).toBe(1);
    hangs = false;
    client.reconnect();
    await reaches('open');
    expect(server.handshakes).toHaveLength(2);
  });

  it('does nothing after the client has ended', async () => {
    const server = await startChatServer();
    const { client, statuses } = openChat(server.url);
    (await server.nextConnection()).close(1000);
    await client.closed;
    client.reconnect();
    expect(statuses.at(-1)?.state).toBe('closed');
  });
});

describe('the option log', () => {
  it('gets a line for each change of the status, with its reason', async () => {
    const server = await startChatServer();
    const lines: string[] = [];
    const { client, reaches } = openChat(server.url, {
      reconnect: { baseMs: 1, maxMs: 1 },
      log: (line) => void lines.push(line),
    });
    (await server.nextConnection()).close(1012, 'token is leaving');
    await server.nextConnection();
    await reaches('open', 2);
    client.reconnect();
    await server.nextConnection();
    await reaches('open', 3);
    client.close();
    await client.closed;
    expect(lines).toEqual([
      'Open.',
      expect.stringMatching(
        /^The connection was closed with 1012: \[credential\] is leaving. Attempt 1 follows in [01] ms.$/,
      ),
      'Connecting.',
      'Open.',
      'Connecting again: the application asked for another connection.',
      'Connecting.',
      'Open.',
      'Closed with 1000.',
    ]);
  });
});
