import type { Bus } from '../../../../src/runtime/shared/bus.ts';
import type { ChannelDescriptor, MessageDescriptor } from '../../../../src/runtime/shared/descriptor.ts';
import {
  createBytes,
  createChannel,
  createMessage,
  createOperation,
  createScheme,
  createText,
  createTextGuard,
  objectOf,
  startChannels,
} from '../../../support/channel.ts';
import { bearer, connectClient } from '../../../support/websocket.ts';

export const said = createMessage(
  'said',
  objectOf({ type: { const: 'said' }, text: { type: 'string', maxLength: 20_000 } }),
  { constants: { type: 'said' }, tag: { path: ['type'], values: ['said'] } },
);
/** May contain anything. */
const thing = createMessage('thing', { type: 'array' });
export const messages = [said, thing, createText('note'), createBytes('photo')];

/** Halls, where the token is the name of the user. */
export function createHall(send: readonly MessageDescriptor[] = messages): ChannelDescriptor {
  return createChannel({
    name: 'hall',
    address: '/halls/{hallId}',
    parameters: createTextGuard(objectOf({ hallId: { type: 'string' } })),
    security: [createScheme('token')],
    send,
    operations: [createOperation('send', 'tell', { messages: send.map(({ name }) => name) })],
  });
}

/** A channel without users. */
export const lobby = createChannel({
  name: 'lobby',
  address: '/lobby',
  send: [createText('greeting')],
  operations: [createOperation('send', 'greeting')],
});

/** Starts a node of an application, which leaves the bus when the test ends. */
export async function startNode(bus?: Bus, channels: readonly ChannelDescriptor[] = [createHall(), lobby]) {
  const started = await startChannels(
    channels,
    {},
    {
      ...(bus === undefined ? {} : { bus }),
      security: { token: ({ token }: { readonly token: string }) => ({ id: token }) },
    },
  );
  const { app, url, observed, logged } = started;
  return {
    ...started,
    room: (hallId = 'red') => app.room('hall', { hallId }),
    join: async (user: string, hallId = 'red') => await connectClient(`${url}/halls/${hallId}`, bearer(user)),
    joinLobby: async () => await connectClient(`${url}/lobby`),
    /** The reasons of all dropped messages. */
    dropped: () => observed.filter(([name]) => name === 'peerMessageDropped').map(([, reason]) => reason),
    warnings: () => logged.filter(([level]) => level === 'warn').map(([, , message]) => message),
  };
}

export type HallNode = Awaited<ReturnType<typeof startNode>>;
