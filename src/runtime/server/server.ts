import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Server, WebSocketServer } from 'ws';
import type { ResumeDescriptor } from '../shared/descriptor.ts';
import { PostedError } from '../shared/errors.ts';
import type { LogLimit } from '../shared/log-limit.ts';
import { subprotocol } from '../shared/subprotocol.ts';
import { codeLabel } from './connection/code-label.ts';
import { WebSocketConnection } from './connection/connection.ts';
import type { ConnectionHost } from './connection/connection-host.ts';
import { createConnectionId } from './connection/connection-id.ts';
import type { ConnectionIdentity } from './connection/connection-identity.ts';
import { Deadlines } from './connection/deadlines.ts';
import { type DrainOptions, drain } from './connection/drain.ts';
import { EventStream } from './connection/event-stream.ts';
import { Expiries } from './connection/expiries.ts';
import { Heartbeat } from './connection/heartbeat.ts';
import type { Outbox } from './connection/outbox.ts';
import { ServedSocket } from './connection/served-socket.ts';
import type { Transport } from './connection/transport.ts';
import type { ContractServer } from './contract-server.ts';
import { EventStreams } from './event-streams.ts';
import type { Connection } from './handlers.ts';
import { ConnectionLimits } from './handshake/connection-limits.ts';
import { type AcceptedHandshake, createHandshake, neverOpened } from './handshake/handshake.ts';
import { ReadableRefusals } from './handshake/readable-refusals.ts';
import { clientGone, Refusal, refusal, sendRefusal, shuttingDown } from './handshake/refusal.ts';
import { createRefusalLog } from './handshake/refusal-log.ts';
import type { ChannelFunctions } from './messages/channel-functions.ts';
import { createSentCount } from './messages/publish.ts';
import type { ServedChannel } from './messages/served-channel.ts';
import type { ResolvedOptions } from './options.ts';
import type { Peers } from './peers/peers.ts';
import type { Revocations } from './revocations.ts';
import type { Rooms } from './rooms.ts';

export interface ServerDeps extends ResolvedOptions {
  readonly failures: LogLimit;
  readonly outbox: Outbox;
  readonly peers: Peers;
  readonly revocations: Revocations;
}

/** A channel with its handlers and everything else that its connections share. */
export interface HostedChannel extends ServedChannel {
  readonly functions: ChannelFunctions;
  readonly rooms: Rooms;
}

interface ConnectableChannel extends HostedChannel {
  createConnection(identity: ConnectionIdentity, transport: Connection['transport']): WebSocketConnection;
}

type Accepted = AcceptedHandshake<ConnectableChannel>;

export class WebSocketContractServer implements ContractServer {
  readonly #deps: ServerDeps;
  readonly #limits: ConnectionLimits;
  readonly #heartbeat: Heartbeat<WebSocketConnection>;
  readonly #expiries = new Expiries<WebSocketConnection>();
  readonly #readableRefusals = new ReadableRefusals();
  readonly #performHandshake: ReturnType<typeof createHandshake<ConnectableChannel>>;
  readonly #logRefusal: ReturnType<typeof createRefusalLog>;
  readonly #webSocketServer: Server<typeof ServedSocket>;
  readonly #eventStreams: EventStreams;
  #isShuttingDown = false;

  constructor(channels: readonly HostedChannel[], deps: ServerDeps) {
    this.#deps = deps;
    this.#limits = new ConnectionLimits(deps);
    this.#heartbeat = new Heartbeat(deps.pingIntervalMs);
    this.#performHandshake = createHandshake({
      channels: channels.map((channel) => this.#connectable(channel)),
      limits: this.#limits,
      origins: deps.origins,
      proxies: deps.proxies,
      settingNames: deps.settingNames,
      timeoutMs: deps.handshakeTimeoutMs,
      isShuttingDown: () => this.#isShuttingDown,
    });
    this.#logRefusal = createRefusalLog(deps);
    const streamed = channels.filter(({ acknowledgeFor }) => acknowledgeFor !== null);
    this.#eventStreams = new EventStreams(streamed, {
      ...deps,
      isShuttingDown: () => this.#isShuttingDown,
      open: (request, id, headers) => this.#openStream(request, id, headers),
      refused: (request, id, thrown) => this.#refused(request, id, thrown),
    });
    // The types of ws lack this option, which bounds every close: also those by the peer or because of a frame.
    const closing = { closeTimeout: deps.closeTimeoutMs };
    this.#webSocketServer = new WebSocketServer({
      ...closing,
      WebSocket: ServedSocket,
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false, // prebuilt frames bypass ws, see WebSocketConnection
      maxPayload: deps.maxMessageBytes,
      maxFragments: deps.maxMessageFragments,
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    });
  }

  get connectionCount(): number {
    return this.#limits.total;
  }

  get queuedBytes(): number {
    let bytes = 0;
    for (const connection of this.#heartbeat.members()) bytes += connection.bufferedBytes;
    return bytes;
  }

  /** A bound function, so that it can be passed to `on('upgrade')` as it is. */
  readonly handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const id = createConnectionId();
    socket.on('error', destroyOnError);
    this.#upgrade(request, socket, head, id).catch((thrown: unknown) =>
      this.#refuse(request, socket, id, thrown),
    );
  };

  /** A bound function, too. */
  readonly handleRequest = (request: IncomingMessage, response: ServerResponse): boolean =>
    this.#eventStreams.handle(request, response);

  readonly isEventStream = (request: IncomingMessage): boolean => this.#eventStreams.has(request);

  /** Whether the server refuses new connections and requests, because it shuts down. */
  get isShuttingDown(): boolean {
    return this.#isShuttingDown;
  }

  async shutdown(timeoutMs: number, drainOptions: DrainOptions = { spreadMs: 0 }): Promise<void> {
    this.#isShuttingDown = true;
    const empty = this.#limits.whenEmpty();
    const connections = [...this.#heartbeat.members()];
    const drained = drain(connections, drainOptions, () => this.#limits.total === 0);
    const timer = setTimeout(() => {
      for (const connection of this.#heartbeat.members()) connection.terminate();
    }, timeoutMs);
    await Promise.all([empty, drained]);
    clearTimeout(timer);
    this.#heartbeat.stop();
    this.#expiries.stop();
    this.#webSocketServer.close();
    await this.#deps.peers.close();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, id: string): Promise<void> {
    const startMs = performance.now();
    const accepted = await this.#admit(request, id, 'websocket');
    let isOpen = false;
    this.#webSocketServer.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      socket.off('error', destroyOnError); // ws has its own listener
      webSocket.serve(accepted.connection);
      this.#open(accepted, webSocket, startMs);
    });
    // ws calls back synchronously, or not at all after it has refused the handshake itself.
    if (!isOpen) this.#abandon(accepted);
  }

  async #openStream(
    request: IncomingMessage,
    id: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const startMs = performance.now();
    const accepted = await this.#admit(request, id, 'sse');
    const stream = new EventStream(accepted.connection, this.#deps.closeTimeoutMs);
    stream.start(headers);
    this.#open(accepted, stream, startMs);
  }

  /** Performs a handshake whose client may still be connected. The caller opens the connection in the same turn. */
  async #admit(request: IncomingMessage, id: string, transport: Connection['transport']): Promise<Accepted> {
    const { socket } = request;
    const startMs = performance.now();
    const accepted = await this.#performHandshake(request, id, transport);
    const { user } = accepted.connection;
    if (this.#isShuttingDown || socket.destroyed || !socket.writable) {
      this.#abandon(accepted);
      throw this.#isShuttingDown ? shuttingDown() : clientGone();
    }
    if (user !== undefined && this.#deps.revocations.isRevoked(user, startMs)) {
      this.#abandon(accepted);
      throw refusal('unauthorized', 'unauthorized', 'The credentials were revoked.');
    }
    return accepted;
  }

  #abandon({ channel, connection }: Accepted): void {
    channel.closed(connection, neverOpened);
    this.#release(connection);
  }

  #open({ channel, connection }: Accepted, transport: Transport, startMs: number): void {
    const { name } = channel.descriptor;
    connection.open(transport);
    this.#heartbeat.add(connection);
    channel.rooms.add(connection);
    this.#deps.observer.connectionOpened(name);
    this.#deps.log.debug({ connection: connection.id, channel: name }, 'connection opened');
    channel.opened(connection);
    this.#deps.observer.handshakeCompleted(name, (performance.now() - startMs) / 1000);
  }

  #release(connection: WebSocketConnection): void {
    const address = this.#limits.countAddresses ? connection.address : undefined;
    this.#limits.release({ address, user: userOf(connection) });
  }

  #refuse(request: IncomingMessage, socket: Duplex, id: string, thrown: unknown): void {
    const refused = this.#refused(request, id, thrown);
    if (!socket.writable) socket.destroy();
    else if (!this.#readableRefusals.send(request, socket, refused)) sendRefusal(socket, id, refused);
  }

  #refused(request: IncomingMessage, id: string, thrown: unknown): Refusal {
    const refused = thrown instanceof Refusal ? thrown : handlerRefusal(PostedError.from(thrown));
    this.#deps.observer.handshakeRefused(refused.reason);
    this.#logRefusal({ connection: id, address: this.#deps.proxies.addressOf(request) }, refused);
    return refused;
  }

  #connectable(channel: HostedChannel): ConnectableChannel {
    const hosts = {
      websocket: this.#createHost(channel, null),
      sse: this.#createHost(channel, channel.descriptor.resume ?? null),
    };
    return {
      ...channel,
      createConnection: (identity, transport) => new WebSocketConnection(hosts[transport], identity),
    };
  }

  #createHost(channel: HostedChannel, streams: ResumeDescriptor | null): ConnectionHost<WebSocketConnection> {
    const { name } = channel.descriptor;
    const { functions, rooms } = channel;
    const { outbox, observer, log, failures, audit } = this.#deps;
    const { maxBufferedBytes, maxBufferedAgeMs, requestTimeoutMs } = this.#deps;
    const { concurrency, maxMessagesPerSecond } = this.#deps;
    return {
      channel: name,
      streams,
      outbox,
      maxBufferedBytes,
      maxBufferedAgeMs,
      expiries: this.#expiries,
      concurrency,
      maxMessagesPerSecond,
      requestTimeoutMs,
      deadlines: new Deadlines(requestTimeoutMs),
      createRoom: (connection) => functions.room(rooms.targetOf(connection)),
      createSend: functions.send,
      createSendAll: functions.sendAll,
      createRequest: functions.request,
      dispatch: channel.dispatch,
      onSent: createSentCount(outbox, (message, count) => observer.messageSent(name, message, count)),
      onDrained: (connection) => channel.drained(connection),
      onFailure({ id }, requestId, error, operation) {
        const fields = { connection: id, requestId, err: error.cause ?? error };
        failures.write('error', { channel: name, operation }, fields, 'a handler failed');
      },
      onHandled:
        audit &&
        ((connection, requestId, { operation, error, ms }) =>
          audit({ user: userOf(connection), requestId, operation, outcome: error?.code ?? 'ok', ms })),
      onClosed: (connection, closed) => {
        const { id } = connection;
        this.#heartbeat.remove(connection);
        rooms.remove(connection);
        observer.connectionClosed(name, codeLabel(closed.code));
        log.debug({ connection: id, channel: name, code: closed.code }, 'connection closed');
        channel.closed(connection, closed);
        this.#release(connection);
      },
    };
  }
}

/** The user that a connection counts for; null without a principal. */
function userOf({ user }: WebSocketConnection): string | null {
  return user?.id ?? null;
}

function handlerRefusal(error: PostedError): Refusal {
  return new Refusal(error.code === 'forbidden' ? 'forbidden' : 'handler', error);
}

/** Without a listener, a reset during the handshake would end the process; 'close' follows. */
function destroyOnError(this: Duplex): void {
  this.destroy();
}
