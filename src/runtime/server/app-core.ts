import { randomUUID } from 'node:crypto';
import type { ChannelDelivery } from '../log/delivery/channel-delivery.ts';
import type { ChannelDescriptor, Contract } from '../shared/descriptor.ts';
import { PostedError } from '../shared/errors.ts';
import { checkNames } from '../shared/limits/limit.ts';
import { LogLimit } from '../shared/log-limit.ts';
import { isRevokedBy, type SentRevocation, sentRevocation } from '../shared/revocation.ts';
import type { WebSocketConnection } from './connection/connection.ts';
import { Outbox } from './connection/outbox.ts';
import type { ConnectionFilter, RevokeFilter } from './connection-filter.ts';
import type { SecurityHooks } from './handshake/authenticate.ts';
import { type ChannelFunctions, createChannelFunctions } from './messages/channel-functions.ts';
import { serveChannel } from './messages/served-channel.ts';
import { type ContractServerOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { type LocalNode, Peers } from './peers/peers.ts';
import { Revocations } from './revocations.ts';
import { Rooms } from './rooms.ts';
import { type HostedChannel, type ServerDeps, WebSocketContractServer } from './server.ts';

export interface AppCoreOptions extends ContractServerOptions {
  readonly security?: object;
  /** Stores a revocation where all nodes find it. Default: only the bus passes it on. */
  readonly storeRevocation?: ((revocation: SentRevocation) => Promise<unknown>) | undefined;
}

/** A channel without its handlers. */
export interface CoreChannel {
  readonly descriptor: ChannelDescriptor;
  readonly rooms: Rooms;
  readonly functions: ChannelFunctions;
}

/** The server of a contract, without the contract's types: see `App` for the functions. */
export class AppCore {
  readonly #deps: ServerDeps;
  readonly #channels: ReadonlyMap<string, CoreChannel>;
  readonly #security: SecurityHooks;
  readonly #peers: Peers;
  readonly #storeRevocation: AppCoreOptions['storeRevocation'];
  #isJoiningPeers = false;

  constructor(contract: Contract, { security = {}, bus, storeRevocation, ...options }: AppCoreOptions) {
    const resolved = resolveOptions(options);
    checkNames(resolved.limits, limitedNames(contract));
    const failures = new LogLimit(resolved.log);
    const peers = new Peers({
      bus,
      application: contract.title,
      node: this.#node,
      observer: resolved.observer,
      failures,
    });
    this.#peers = peers;
    this.#storeRevocation = storeRevocation;
    const revocations = new Revocations({ onRevoked: resolved.onRevoked, failures });
    this.#deps = { ...resolved, failures, outbox: new Outbox(), peers, revocations };
    this.#security = security as SecurityHooks;
    this.#channels = new Map(
      Object.values(contract.channels).map((descriptor) => {
        const rooms = new Rooms(descriptor);
        const functions = createChannelFunctions(descriptor, rooms, this.#deps);
        return [descriptor.name, { descriptor, rooms, functions }];
      }),
    );
  }

  /** Bound functions, so that they can be passed on one by one. */
  readonly app = {
    room: (channel: string, params?: object, variables: Readonly<Record<string, string>> = {}): object => {
      const { rooms, functions } = this.channel(channel);
      return functions.room(rooms.targetOf({ params: rooms.check(params), variables }));
    },
    channel: (name: string): object => {
      const { encode, to } = this.channel(name).functions;
      return { encode, to };
    },
    connections: (filter: ConnectionFilter = {}): readonly WebSocketConnection[] => [...this.#find(filter)],
    kick: (filter: ConnectionFilter, reason: string): number => {
      if (filter.user === undefined && filter.channel === undefined && filter.connection === undefined) {
        throw new TypeError('kick needs a user, a channel or a connection.');
      }
      const { user, ...others } = filter;
      const byId = user === undefined ? others : { ...others, user: idOf(user) };
      this.#peers.kick(byId, reason);
      return this.#kick(byId, reason);
    },
    revoke: async ({ user, tokenId, beforeVersion }: RevokeFilter): Promise<void> => {
      if (user === undefined && tokenId === undefined)
        throw new TypeError('revoke needs a user or a tokenId.');
      const id = user && idOf(user);
      const revocation = sentRevocation(randomUUID(), { user: id, tokenId, beforeVersion });
      await this.#storeRevocation?.(revocation);
      this.#peers.revoke(revocation);
      this.revoked(revocation);
    },
  };

  /** Applies a revocation of any node, once. */
  revoked(revocation: SentRevocation): void {
    const { revocations } = this.#deps;
    if (!revocations.apply(revocation)) return;
    const found = [...this.#find({})].filter(
      ({ user }) => user !== undefined && isRevokedBy(user, revocation),
    );
    for (const connection of found) connection.close('unauthorized', 'the credentials were revoked');
  }

  /** Revocations were missed. `reconnect` makes all users authenticate again. */
  missedRevocations({ reconnect }: { readonly reconnect: boolean }): void {
    this.#deps.revocations.missed();
    if (!reconnect) return;
    for (const connection of this.#find({})) {
      if (connection.user !== undefined) connection.close('serviceRestart');
    }
  }

  /** Those that were given, and the defaults of the others. */
  get options(): ResolvedOptions {
    return this.#deps;
  }

  /** Joins the other nodes, once. Rejects if the bus can never be used. */
  joinPeers(): Promise<void> {
    return this.#peers.start();
  }

  /** Joins the other nodes, once. A bus that can never be used is logged. */
  joinPeersInBackground(): void {
    if (this.#isJoiningPeers) return;
    this.#isJoiningPeers = true;
    this.joinPeers().catch((err: unknown) => {
      this.#deps.log.error({ err }, 'the other nodes cannot be reached');
    });
  }

  /** @throws PostedError `invalid_request` for a name that the contract does not have */
  channel(name: string): CoreChannel {
    const channel = this.#channels.get(name);
    if (channel === undefined) {
      const names = [...this.#channels.keys()].join(', ');
      throw new PostedError('invalid_request', `The contract has no channel ${name}. It has ${names}.`);
    }
    return channel;
  }

  /** Completes the server with handlers, by channel, and with what delivers the durable messages of a channel. */
  handle(
    handlers: object,
    deliveryOf: (channel: string) => ChannelDelivery | undefined = () => undefined,
  ): WebSocketContractServer {
    const byChannel = handlers as Readonly<Record<string, object | undefined>>;
    let server: WebSocketContractServer | null = null;
    const isDraining = (): boolean => server?.isShuttingDown ?? false;
    const hosted = [...this.#channels.values()].map(({ descriptor, rooms, functions }): HostedChannel => {
      checkConcurrency(descriptor, this.#deps.concurrency);
      const { name } = descriptor;
      const options = {
        descriptor,
        handlers: byChannel[name],
        security: this.#security,
        delivery: deliveryOf(name),
      };
      return { ...serveChannel(options, { ...this.#deps, isDraining }), rooms, functions };
    });
    server = new WebSocketContractServer(hosted, this.#deps);
    return server;
  }

  /** This node, as the other nodes use it. */
  get #node(): LocalNode {
    return {
      deliver: ({ channel, room, message, payload }) => {
        const found = this.#channels.get(channel);
        if (found === undefined) return { reason: 'unknown_channel' };
        return found.functions.deliver(message, room, payload);
      },
      kick: (filter, reason) => void this.#kick(filter, reason),
      revoke: (revocation) => this.revoked(revocation),
      membersOf: (channel, room) => this.#channels.get(channel)?.rooms.countOf(room),
    };
  }

  /** Closes the connections of this node that match. */
  #kick(filter: ConnectionFilter, reason: string): number {
    const found = [...this.#find(filter)];
    for (const connection of found) connection.close('forbidden', reason);
    return found.length;
  }

  *#find({ user, channel, connection }: ConnectionFilter): Generator<WebSocketConnection> {
    const id = user && idOf(user);
    for (const { descriptor, rooms } of this.#channels.values()) {
      if (channel !== undefined && channel !== descriptor.name) continue;
      for (const member of rooms.all()) {
        if (id !== undefined && member.user?.id !== id) continue;
        if (connection === undefined || member.id === connection) yield member;
      }
    }
  }
}

/** The operations that clients start. */
function limitedNames({ channels }: Contract): readonly string[] {
  return Object.values(channels).flatMap(({ operations }) =>
    operations.filter(({ action }) => action === 'receive').map(({ name }) => name),
  );
}

function idOf(user: NonNullable<ConnectionFilter['user']>): string {
  return typeof user === 'object' ? user.id : user;
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
