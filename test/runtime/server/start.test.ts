import { describe, expect, it } from 'vitest';
import {
  createBytes,
  createChannel,
  createOperation,
  createScheme,
  startChannel,
} from '../../support/channel.ts';

function handle(): void {}

describe('a contract server', () => {
  const channel = createChannel({
    security: [createScheme('bearerAuth')],
    send: [createBytes('photo'), createBytes('title')],
    receive: [createBytes('print'), createBytes('done')],
    operations: [
      createOperation('send', 'show', { messages: ['photo'], reply: ['done'] }),
      createOperation('receive', 'order', {
        messages: ['print'],
        reply: ['title'],
        security: [createScheme('payment')],
      }),
    ],
  });
  const security = { bearerAuth: handle, payment: handle };

  it('starts with a handler for each message that clients send on their own, and a hook for each scheme', async () => {
    const { server } = await startChannel(channel, { order: handle }, { security });
    expect(server.connectionCount).toBe(0);
  });

  it.each([
    ['a handler', {}, security, 'No handler for message print of operation order.'],
    ['a function as a handler', { order: { print: handle } }, security, 'No handler for message print'],
    ['a hook of an operation', { order: handle }, { bearerAuth: handle }, 'No security hook payment'],
    ['a hook of the channel', { order: handle }, {}, 'No security hook bearerAuth for channel desk.'],
  ])('does not start without %s', async (_what, operations, hooks, message) => {
    const starting = startChannel(channel, operations, { security: hooks });
    await expect(starting).rejects.toThrow(message);
  });
});
