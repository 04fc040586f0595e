import { describe, expect, it, vi } from 'vitest';
import { connect } from '../../../src/runtime/client/browser.ts';
import { openEventStream } from '../../../src/runtime/client/lazy-event-stream.ts';
import type { Ending } from '../../../src/runtime/client/platform.ts';
import { chat } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { openClient } from './open-chat.ts';
import { makeUnloadable } from './unloadable.ts';

const target = {
  url: new URL('ws://localhost/'),
  headers: {},
  protocols: [],
  maxFrameBytes: 1,
  connectTimeoutMs: 1000,
  silenceTimeoutMs: 0,
};
const names = { query: '', cursor: '', ready: '', checkpoint: '', reset: '', bye: '', ack: '' };

it('is not missed by a page whose channel is of earlier generated code: `connect` refuses the channel', () => {
  const { sending: _sending, ...earlier } = chat;
  expect(() => connect(earlier, { url: 'ws://localhost', auth: 't', params: { room: 'lobby' } })).toThrow(
    expect.objectContaining({
      code: 'invalid_options',
      message: 'The code of the channel is of an earlier version. Generate it again.',
    }),
  );
});

describe('code that cannot be loaded', () => {
  it('leaves a server unreachable over event streams', async () => {
    makeUnloadable('event-stream-socket.ts');
    const ending = await new Promise<Ending>((ended) => {
      const socket = openEventStream(target, names, { opened() {}, frame() {}, ended });
      expect(socket.pause()).toBe(false);
    });
    const cause = expect.objectContaining({ message: expect.stringContaining('Failed to fetch') });
    expect(ending).toEqual({ kind: 'unreachable', cause });
  });

  it('lets a client whose token expires connect again with a fresh one', async () => {
    const attempts = makeUnloadable('renewal.ts');
    const server = await startChatServer();
    const payload = Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + 60 })).toString('base64url');
    const auth = vi.fn<() => string>(() => `e30.${payload}.c2ln`);
    const options = { url: server.url, auth, params: { room: 'lobby' }, reconnect: { baseMs: 1 } };
    const { errors } = openClient({ ...chat, auth: true }, options);
    const connection = await server.nextConnection();
    await expect.poll(attempts).toBe(1);
    connection.close(4401);
    await server.nextConnection();
    expect(auth).toHaveBeenCalledTimes(2);
    expect(errors).toEqual([]);
  });
});
