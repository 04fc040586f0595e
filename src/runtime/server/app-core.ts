import type { ChannelDescriptor, Contract } from '../shared/descriptor.ts';
import { PostedError } from '../shared/errors.ts';
import { LogLimit } from '../shared/log-limit.ts';
import type { WebSocketConnection } from './connection/connection.ts';
import { Outbox } from './connection/outbox.ts';
import type { ConnectionFilter } from './connection-filter.ts';
import type { SecurityHooks } from './handshake/authenticate.ts';
import { type ChannelFunctions, createChannelFunctions } from './messages/channel-functions.ts';
import { serveChannel } from './messages/served-channel.ts';
import { type ContractServerOptions, resolveOptions } from './options.ts';
import type { Peers } from './peers.ts';
import { Rooms } from './rooms.ts';
import { type HostedChannel, type ServerDeps, WebSocketContractServer } from './server.ts';

export interface AppCoreOptions extends ContractServerOptions {
  readonly security?: object;
  readonly peers?: Peers;
}

interface CoreChannel {
  readonly descriptor: ChannelDescriptor;
  readonly rooms: Rooms;
  readonly functions: ChannelFunctions;
}

/** The server of a contract, without the contract's types: see `App` for the functions. */
export class AppCore {
  readonly #deps: ServerDeps;
  readonly #channels: ReadonlyMap<string, CoreChannel>;
  readonly #security: SecurityHooks;
  readonly #peers: Peers | undefined;

  constructor(contract: Contract, { security = {}, peers, ...options }: AppCoreOptions) {
    const resolved = resolveOptions(options);
    this.#deps = { ...resolved, failures: new LogLimit(resolved.log), outbox: new Outbox() };
    this.#security = security as SecurityHooks;
    this.#peers = peers;
    this.#channels = new Map(
      Object.values(contract.channels).map((descriptor) => {
        const rooms = new Rooms(descriptor);
        const functions = createChannelFunctions(descriptor, rooms, { ...this.#deps, peers });
        return [descriptor.name, { descriptor, rooms, functions }];
      }),
    );
  }

  /** Bound functions, so that they can be passed on one by one. */
  readonly app = {
    room: (channel: string, params?: object, variables: Readonly<Record<string, string>> = {}): object => {
      const { rooms, functions } = this.#channel(channel);
      const values = { params: rooms.check(params), variables };
      return functions.room({ address: rooms.addressOf(values.params), key: rooms.keyOf(values) });
    },
    channel: (name: string): object => {
      const { encode, to } = this.#channel(name).functions;
      return { encode, to };
    },
    connections: (filter: ConnectionFilter = {}): readonly WebSocketConnection[] => [...this.#find(filter)],
    kick: (filter: ConnectionFilter, reason: string): number => {
      if (filter.user === undefined && filter.channel === undefined && filter.connection === undefined) {
        throw new TypeError('kick needs a user, a channel or a connection.');
      }
      this.#peers?.kick(filter, reason);
      return this.kick(filter, reason);
    },
  };

  /** Closes the connections of this node that match. */
  kick(filter: ConnectionFilter, reason: string): number {
    const found = [...this.#find(filter)];
    for (const connection of found) connection.close('forbidden', reason);
    return found.length;
  }

  /** Completes the server with handlers, by channel. */
  handle(handlers: object): WebSocketContractServer {
    const byChannel = handlers as Readonly<Record<string, object | undefined>>;
    let server: WebSocketContractServer | null = null;
    const isDraining = (): boolean => server?.isShuttingDown ?? false;
    const hosted = [...this.#channels.values()].map(({ descriptor, rooms, functions }): HostedChannel => {
      checkConcurrency(descriptor, this.#deps.concurrency);
      const options = { descriptor, handlers: byChannel[descriptor.name], security: this.#security };
      return { ...serveChannel(options, { ...this.#deps, isDraining }), rooms, functions };
    });
    server = new WebSocketContractServer(hosted, this.#deps);
    return server;
  }

  *#find({ user, channel, connection }: ConnectionFilter): Generator<WebSocketConnection> {
    const id = typeof user === 'object' ? user.id : user;
    for (const { descriptor, rooms } of this.#channels.values()) {
      if (channel !== undefined && channel !== descriptor.name) continue;
      for (const member of rooms.all()) {
        if (id !== undefined && member.user?.id !== id) continue;
        if (connection === undefined || member.id === connection) yield member;
      }
    }
  }

  #channel(name: string): CoreChannel {
    const channel = this.#channels.get(name);
    if (channel === undefined) {
      const names = [...this.#channels.keys()].join(', ');
      throw new PostedError('invalid_request', `The contract has no channel ${name}. It has ${names}.`);
    }
    return channel;
  }
}

/** Without correlation ids, the order of replies says which request each belongs to. */
function checkConcurrency({ name, operations, receive, send }: ChannelDescriptor, concurrency: number): void {
  if (concurrency === 1) return;
  for (const { name: operation, action, messages, reply } of operations) {
    if (action === 'send' || reply === undefined) continue;
    const isCorrelated =
      receive.every((message) => !messages.includes(message.name) || message.correlationId !== undefined) &&
      send.every((message) => !reply.includes(message.name) || message.correlationId !== undefined);
    if (isCorrelated) continue;
    throw new TypeError(
      `The option concurrency must be 1: operation ${operation} of channel ${name} has no correlation ids.`,
    );
  }
}
