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
  const members = {
    security: { bearerAuth: handle, payment: handle },
    show: { photo: handle },
    order: { print: handle },
  };

  it('starts with a handler for each message that is not a reply, and a hook for each scheme', async () => {
    const { server } = await startChannel(channel, members);
    expect(server.connectionCount).toBe(0);
  });

  it.each([
    [{ show: {} }, 'No handler for message photo of operation show.'],
    [{ order: undefined }, 'No handler for message print of operation order.'],
    [{ security: { bearerAuth: handle } }, 'No security hook payment for channel desk.'],
    [{ security: undefined }, 'No security hook bearerAuth for channel desk.'],
    [{ accept: undefined }, 'No handler accept for channel desk.'],
    [{ closed: undefined }, 'No handler closed for channel desk.'],
  ])('does not start without %j', async (missing, message) => {
    const starting = startChannel(channel, { ...members, ...missing });
    await expect(starting).rejects.toThrow(new TypeError(message));
  });
});
