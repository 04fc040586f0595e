import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createContractServer } from '../../../src/runtime/server/contract-app.ts';
import { type ListenOptions, listen } from '../../../src/runtime/server/listen.ts';
import { createRoomHandlers, roomSecurity, rooms } from '../../support/rooms.ts';

/** Serves the rooms until the test finishes. */
async function serve(options: ListenOptions = {}) {
  const server = await listen(
    createContractServer(rooms, { security: roomSecurity }).handle(createRoomHandlers()),
    { port: 0, ...options },
  );
  onTestFinished(() => server.close(100));
  return server;
}

function open(url: string): WebSocket {
  const socket = new WebSocket(`${url}/rooms/attic/talk`, { headers: { Authorization: 'Bearer ada' } });
  onTestFinished(() => socket.terminate());
  return socket;
}

describe('listen', () => {
  it('serves the contract at the URL that it returns, on the loopback interface', async () => {
    const { url } = await serve();
    expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:[1-9]\d*$/);
    await once(open(url), 'open');
  });

  it('refuses plain HTTP with 426 and says to use ws', async () => {
    const { url } = await serve();
    const response = await fetch(url.replace('ws:', 'http:'));
    expect(response.status).toBe(426);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/ws/),
    });
  });

  it('closes its connections with 1012 and refuses new ones when it closes', async () => {
    const server = await serve();
    const socket = open(server.url);
    await once(socket, 'open');
    const [[code]] = await Promise.all([once(socket, 'close'), server.close()]);
    expect(code).toBe(1012);
    const [error] = await once(open(server.url), 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('rejects if the port is in use, and names it', async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    await expect(serve({ port })).rejects.toMatchObject({
      code: 'unavailable',
      message: `Cannot listen on 127.0.0.1:${port} (EADDRINUSE). Choose another host or port.`,
    });
  });

  it('rejects if the port is not a valid number', async () => {
    await expect(serve({ port: Number('none') })).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Cannot listen on 127.0.0.1:NaN (ERR_SOCKET_BAD_PORT). Choose another host or port.',
    });
  });
});
