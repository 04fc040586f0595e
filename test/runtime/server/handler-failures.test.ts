import { describe, expect, it } from 'vitest';
import { createRoomHandlers, type RoomHandlers, startRooms } from '../../support/rooms.ts';
import { bearer, connectClient } from '../../support/websocket.ts';

const path = '/rooms/kitchen/talk';
const failure = new Error('the disk is gone');

async function startRoom(overrides: Partial<RoomHandlers>) {
  const started = await startRooms(createRoomHandlers(overrides));
  const errors = () => started.logged.filter(([level]) => level === 'error').map(([, ...rest]) => rest);
  return { ...started, errors };
}

describe.each([
  [
    'throws',
    () => {
      throw failure;
    },
  ],
  [
    'rejects',
    async () => {
      throw failure;
    },
  ],
] as const)('a handler that %s', (_title, fail) => {
  it('for a message is logged with its channel, operation and connection', async () => {
    const { url, errors } = await startRoom({ speak: { say: fail, leave() {} } });
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    client.webSocket.send('{"type":"said","text":"hello"}');
    const { reason } = await client.closed;
    const [, connection] = /\(connection (\S+)\)$/.exec(reason) ?? [];
    expect(errors()).toEqual([
      [
        {
          channel: 'room',
          operation: 'speak',
          connection,
          requestId: `${connection}/1`,
          err: failure,
        },
        'a handler failed',
      ],
    ]);
  });

  it('for an opened connection is logged, and the connection is closed with 1011', async () => {
    const { url, errors } = await startRoom({ opened: fail });
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    expect((await client.closed).code).toBe(1011);
    expect(errors()).toEqual([
      [
        { channel: 'room', handler: 'opened', connection: expect.any(String), err: failure },
        'a handler failed',
      ],
    ]);
  });

  it('for a closed connection is logged, and the connection no longer counts', async () => {
    const { url, errors, server } = await startRoom({ closed: fail });
    const client = await connectClient(`${url}${path}`, bearer('ada'));
    client.webSocket.close();
    await expect.poll(() => server.connectionCount).toBe(0);
    await expect
      .poll(errors)
      .toEqual([
        [
          { channel: 'room', handler: 'closed', connection: expect.any(String), err: failure },
          'a handler failed',
        ],
      ]);
  });
});

describe('failures that a client can repeat', () => {
  it('are logged a few times and then only counted', async () => {
    const { url, errors } = await startRoom({
      speak: {
        say() {
          throw failure;
        },
        leave() {},
      },
    });
    for (let count = 0; count < 8; count += 1) {
      const client = await connectClient(`${url}${path}`, bearer('ada'));
      client.webSocket.send('{"type":"said","text":"hello"}');
      await client.closed;
    }
    expect(errors()).toHaveLength(5);
  });
});
