import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { InvalidMessageError } from '../../../src/runtime/server/handlers.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { createRoomHandlers, type Said, startRooms } from '../../support/rooms.ts';
import {
  bearer,
  connectClient,
  connectRaw,
  handshakeRequest,
  refusedHandshake,
} from '../../support/websocket.ts';

const path = '/rooms/kitchen/talk';

async function startRoom(
  overrides: Parameters<typeof createRoomHandlers>[0] = {},
  options: Parameters<typeof startRooms>[1] = {},
) {
  const handlers = createRoomHandlers(overrides);
  return { handlers, ...(await startRooms(handlers, options)) };
}

describe('a connection', () => {
  it('handles what its client sent before it closed, and reports the end afterwards', async () => {
    const order: string[] = [];
    const { url } = await startRoom({
      speak: {
        async say({ text }) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          order.push(text);
        },
        leave() {},
      },
      closed: () => void order.push('closed'),
    });
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    for (const text of ['1', '2', '3']) client.webSocket.send(JSON.stringify({ type: 'said', text }));
    client.webSocket.close();
    await client.closed;
    await expect.poll(() => order).toEqual(['1', '2', '3', 'closed']);
  });

  it('answers pings while a handler works', async () => {
    const { url, handlers } = await startRoom(
      { speak: { say: () => new Promise(() => {}), leave() {} } },
      { pingIntervalMs: 60 },
    );
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    client.webSocket.send('{"type":"said","text":"hello"}');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(handlers.connections.size).toBe(1);
  });

  it('receives what is published in order, even if much is published in one turn', async () => {
    const { url, handlers } = await startRoom();
    const clients = await Promise.all(
      ['ada', 'bob'].map((name) => connectClient(`${url}${path}`, bearer(name))),
    );
    const texts = Array.from({ length: 200 }, (_, index) => 'é'.repeat(index * 2));
    for (const text of texts) expect(handlers.publish({ type: 'said', text })).toBe(2);
    for (const client of clients) {
      const frames = await client.take(texts.length);
      expect(frames).toEqual(texts.map((text) => JSON.stringify({ type: 'said', text })));
    }
  });

  it('receives messages of every length that RFC 6455 encodes differently', async () => {
    const { url, handlers } = await startRoom();
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    const overhead = JSON.stringify({ type: 'said', text: '' }).length;
    const lengths = [125, 126, 127, 65_535, 65_536, 70_000];
    for (const length of lengths) handlers.publish({ type: 'said', text: 'x'.repeat(length - overhead) });
    const frames = await client.take(lengths.length);
    expect(frames.map((frame) => frame.length)).toEqual(lengths);
  });

  it('never receives a message that breaks the contract: publishing throws, counts it, and logs it without its content', async () => {
    const { url, handlers, observed, logged } = await startRoom();
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    const wrong = { type: 'said', text: 'secret', mood: 'sour' } as Said;
    expect(() => handlers.publish(wrong)).toThrow(
      new InvalidMessageError('room', 'said', 'the value must NOT have additional properties'),
    );
    handlers.publish({ type: 'said', text: 'fine' });
    expect(await client.take(1)).toEqual(['{"type":"said","text":"fine"}']);
    expect(observed).toContainEqual(['messageInvalid', 'room', 'said', 'send']);
    expect(logged.filter(([level]) => level === 'error')).toEqual([
      [
        'error',
        {
          channel: 'room',
          operation: 'hear',
          message: 'said',
          problem: 'the value must NOT have additional properties',
        },
        'a message breaks the contract and was not sent',
      ],
    ]);
  });

  it('has its messages handled one after another', async () => {
    const order: string[] = [];
    const { url } = await startRoom({
      speak: {
        async say({ text }) {
          order.push(`begin ${text}`);
          await new Promise((resolve) => setTimeout(resolve, 5));
          order.push(`end ${text}`);
        },
        leave: (_message, { connection }) => connection.close('normal', 'bye'),
      },
    });
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    for (const text of ['1', '2', '3']) client.webSocket.send(JSON.stringify({ type: 'said', text }));
    client.webSocket.send('{"type":"leave"}');
    expect(await client.closed).toEqual({ code: 1000, reason: 'bye' });
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  });

  it('receives what was published before it is closed, and nothing after', async () => {
    const { url, handlers } = await startRoom();
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    const [connection] = handlers.connections;
    handlers.publish({ type: 'said', text: 'before' });
    connection?.close('serviceRestart');
    expect(handlers.publish({ type: 'said', text: 'after' })).toBe(0);
    expect(await client.closed).toEqual({ code: 1012, reason: 'the server restarts' });
    expect(client.received).toEqual(['{"type":"said","text":"before"}']);
  });

  it.each([
    [new PostedError('forbidden', 'You are muted.'), 4403, 'You are muted.'],
    [new PostedError('unavailable', 'Later.'), 1013, 'Later.'],
    [new PostedError('invalid_request', 'é'.repeat(100)), 4400, 'é'.repeat(61)],
    [new Error('the disk is gone'), 1011, expect.stringMatching(/^the server failed \(connection \S+\)$/)],
  ])('is closed with the code of the error that its handler throws: %s', async (thrown, code, reason) => {
    for (const asynchronous of [false, true]) {
      const { url } = await startRoom({
        speak: {
          say() {
            if (asynchronous) return Promise.reject(thrown);
            throw thrown;
          },
          leave() {},
        },
      });
      const client = await connectClient(`${url}${path}`, bearer('ada'));
      client.webSocket.send('{"type":"said","text":"hello"}');
      expect(await client.closed).toEqual({ code, reason });
    }
  });

  it('is closed with 4420 if it reads too slowly, while others receive everything', async () => {
    const { url, port, handlers, observed } = await startRoom(
      {},
      { maxBufferedBytes: 200_000, closeTimeoutMs: 20 },
    );
    const stalled = await connectRaw(port);
    stalled.write(handshakeRequest(path, { Authorization: 'Bearer stalled' }));
    await once(stalled, 'data');
    stalled.pause();
    const healthy = await connectClient(`${url}${path}`, bearer('ada'));
    const text = 'x'.repeat(50_000);
    let published = 0;
    while (handlers.connections.size === 2) {
      handlers.publish({ type: 'said', text });
      published += 1;
      await healthy.take(published);
    }
    expect(healthy.received.length).toBe(published);
    expect(handlers.ended.map(([{ user }, { code }]) => [user, code])).toEqual([['stalled', 4420]]);
    expect(observed).toContainEqual(['connectionClosed', 'room', '4420']);
  });

  it('is terminated if its peer does not answer pings', async () => {
    const { port, handlers } = await startRoom({}, { pingIntervalMs: 60 });
    const dead = await connectRaw(port);
    dead.resume(); // It reads, but never answers.
    dead.write(handshakeRequest(path, { Authorization: 'Bearer dead' }));
    await once(dead, 'close');
    await expect
      .poll(() => handlers.ended.map(([{ user }, { code }]) => [user, code]))
      .toEqual([['dead', 1006]]);
  });

  it('stays open while its peer answers pings', async () => {
    const { url, handlers } = await startRoom({}, { pingIntervalMs: 60 });
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    let pings = 0;
    client.webSocket.on('ping', () => {
      pings += 1;
    });
    await expect.poll(() => pings).toBeGreaterThan(4);
    expect(handlers.connections.size).toBe(1);
  });

  it('is closed with 4401 when its credentials expire, whatever the ping interval is', async () => {
    const { url } = await startRoom({}, { pingIntervalMs: 3_600_000 });
    const client = await connectClient(`${url}${path}`, bearer('mayfly'));
    expect(await client.closed).toEqual({ code: 4401, reason: 'the credentials have expired' });
  });

  it('that its client closes does not affect another', async () => {
    const { url, handlers, observed, server } = await startRoom();
    const ada = await connectClient(`${url}${path}`, bearer('ada'));
    await connectClient(`${url}${path}`, bearer('bob'));
    ada.webSocket.close(4999, 'tired');
    await ada.closed;
    await expect
      .poll(() => handlers.ended.map(([{ user }, closed]) => [user, closed]))
      .toEqual([['ada', { code: 4999, reason: 'tired' }]]);
    expect(server.connectionCount).toBe(1);
    expect(observed).toContainEqual(['connectionClosed', 'room', 'other']);
  });
});

describe('a shutdown', () => {
  it('closes connections with 1012, refuses new ones, and resolves when all have closed', async () => {
    const { url, server, handlers, observed } = await startRoom();
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    const down = server.shutdown(5000);
    await expect(connectClient(`${url}${path}`, bearer('bob'))).rejects.toThrow('503');
    expect(await client.closed).toEqual({ code: 1012, reason: 'the server restarts' });
    await down;
    expect(handlers.connections.size).toBe(0);
    expect(observed).toContainEqual(['handshakeRefused', 'shutting_down']);
  });

  it('resolves if a handshake in progress is refused', async () => {
    const accepting = Promise.withResolvers<never>();
    const { url, server } = await startRoom({ accept: () => accepting.promise });
    const refusal = refusedHandshake(`${url}${path}`, bearer('ada'));
    await expect.poll(() => server.connectionCount).toBe(1);
    const shutdown = server.shutdown(5000);
    accepting.reject(new PostedError('forbidden', 'This room is private.'));
    await shutdown;
    expect((await refusal).status).toBe(403);
  });

  it('terminates the connection of a peer that does not answer the close frame', async () => {
    const { port, server, handlers } = await startRoom();
    const stubborn = await connectRaw(port);
    stubborn.write(handshakeRequest(path, { Authorization: 'Bearer stubborn' }));
    await once(stubborn, 'data');
    await server.shutdown(20);
    expect(handlers.ended.length).toBe(1);
  });
});
