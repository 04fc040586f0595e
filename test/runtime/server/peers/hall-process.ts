/**
 * A process of an application whose contract has halls: `node hall-process.ts <broker URL>`, or without a URL as the
 * primary of three workers. It prints the URL of its server.
 */
import cluster from 'node:cluster';
import { serve } from '../../../../src/runtime/node/index.ts';
import type {
  ChannelDescriptor,
  Contract,
  MessageDescriptor,
} from '../../../../src/runtime/shared/descriptor.ts';
import type { Guard } from '../../../../src/runtime/shared/guard.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import type { LooseConnection } from '../../../support/channel.ts';
import type { LooseTypes } from '../../../support/contract-server.ts';

type HallRoom = LooseTypes['channels'][string]['room'];

const isObject: Guard<unknown> = (value): value is unknown => typeof value === 'object';

function message(name: string): MessageDescriptor {
  return {
    name,
    contentType: 'application/json',
    encoding: 'json',
    tag: { path: ['type'], values: [name] },
    constants: { type: name },
    guard: isObject,
    correlationId: undefined,
  };
}

const open = { security: [], reply: undefined } as const;

const hall: ChannelDescriptor = {
  name: 'hall',
  address: '/hall',
  description: 'A hall.',
  servers: [],
  parameters: undefined,
  parameterDefaults: {},
  query: undefined,
  headers: undefined,
  headerNames: [],
  security: [{ name: 'token', credentials: 'bearer', in: 'authorization', parameter: '', scopes: [] }],
  send: ['said', 'members'].map(message),
  receive: ['say', 'who', 'kick'].map(message),
  operations: [
    { ...open, name: 'tell', action: 'send', messages: ['said'] },
    { ...open, name: 'say', action: 'receive', messages: ['say'] },
    { ...open, name: 'who', action: 'receive', messages: ['who'], reply: ['members'] },
    { ...open, name: 'kick', action: 'receive', messages: ['kick'] },
  ],
  resume: undefined,
};

const contract: Contract<LooseTypes> = { title: 'Halls', version: '1.0.0', channels: { hall } };

const [url] = process.argv.slice(2);

const app = serve(contract, {
  security: { token: ({ token }: { readonly token: string }) => ({ id: token }) },
  log: silentLog,
  ...(url === undefined ? {} : { hints: url }),
});
const server = app.handle({
  hall: {
    say: ({ text }: { readonly text: string }, { room }: { readonly room: HallRoom }) =>
      void room.said?.({ text }),
    async who(
      _message: object,
      { room, reply }: { readonly room: HallRoom; readonly reply: LooseConnection['send'] },
    ) {
      return reply.members?.({ pid: process.pid, ...(await room.presence()) });
    },
    kick: ({ user }: { readonly user: string }) => void app.kick({ user }, 'fraud'),
  },
});
const running = await server.listen({ port: 0, workers: url === undefined ? 3 : 1, shutdownTimeoutMs: 1000 });
if (cluster.isPrimary) process.stdout.write(`${running.url.replace('http', 'ws')}\n`);
