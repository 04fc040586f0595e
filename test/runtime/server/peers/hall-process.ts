/**
 * A process of an application whose contract has halls: `node hall-process.ts <broker URL>`, or without a URL as the
 * primary of three workers. It prints the URL of its server.
 */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBus } from '../../../../src/runtime/log/index.ts';
import { runWorker, runWorkers } from '../../../../src/runtime/node/index.ts';
import { createContractServer } from '../../../../src/runtime/server/index.ts';
import type { Bus } from '../../../../src/runtime/shared/bus.ts';
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

async function start(bus: Bus, port: number) {
  const app = createContractServer(contract, {
    bus,
    security: { token: ({ token }: { readonly token: string }) => ({ id: token }) },
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
  const http = createServer().on('upgrade', server.handleUpgrade).listen(port, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    failure: new Promise<Error>(() => {}),
    snapshot: async () => [],
    async close() {
      await server.shutdown(1000);
      http.close();
    },
  };
}

const metrics = { started() {}, ended() {}, update() {}, render: async () => '' };
const print = (url: string): void => void process.stdout.write(`${url}\n`);
const [url] = process.argv.slice(2);

if (url !== undefined) {
  print((await start(createBus(url, { log: silentLog }), 0)).url);
} else if (cluster.isPrimary) {
  const options = { count: 3, host: '127.0.0.1', port: 0, stopTimeoutMs: 5000 };
  process.exitCode = await runWorkers({ ...options, metrics, onReady: print, log: silentLog });
} else {
  process.exitCode = await runWorker({ start: (worker) => startWorker(worker?.bus), log: silentLog });
  process.disconnect();
}

function startWorker(bus: Bus | undefined) {
  if (bus === undefined) throw new Error('a worker has a bus');
  return start(bus, Number(process.env.PORT));
}
