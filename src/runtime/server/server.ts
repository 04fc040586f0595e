import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { closeCodes } from '../shared/close-codes.ts';
import type { Contract } from '../shared/descriptor.ts';
import { PostedError } from '../shared/errors.ts';
import { LogLimit } from '../shared/log-limit.ts';
import { subprotocol } from '../shared/subprotocol.ts';
import { type ConnectionHost, createConnectionId, WebSocketConnection } from './connection/connection.ts';
import { type DrainOptions, drain } from './connection/drain.ts';
import { Heartbeat } from './connection/heartbeat.ts';
import { Outbox } from './connection/outbox.ts';
import { ServedSocket } from './connection/served-socket.ts';
import { ConnectionLimits } from './handshake/connection-limits.ts';
import { type AcceptedHandshake, createHandshake, neverOpened } from './handshake/handshake.ts';
import { Refusal, sendRefusal } from './handshake/refusal.ts';
import { createRefusalLog } from './handshake/refusal-log.ts';
import { createSentCount } from './messages/publish.ts';
import { type ServedChannel, serveChannels } from './messages/served-channel.ts';
import { type ContractServerOptions, resolveOptions } from './options.ts';

export interface ContractServer {
  /** Handles every 'upgrade' event of one HTTP server, which must have no other listener for it. */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** The number of connections, handshakes in progress included. */
  readonly connectionCount: number;
  /** How many bytes are queued for all connections and not yet accepted by the operating system. */
  readonly queuedBytes: number;
  /**
   * Refuses new connections, closes the open ones with 1012, all at once unless `drainOptions` spreads them, and
   * terminates those that remain after `timeoutMs`.
   */
  shutdown(timeoutMs: number, drainOptions?: DrainOptions): Promise<void>;
}

interface HostedChannel extends ServedChannel {
  readonly host: ConnectionHost;
}

const maxFragments = 1024;

/** Serves every channel of `contract` with the handlers for it. */
export function createContractServer<Handlers>(
  contract: Contract<Handlers>,
  handlers: Handlers,
  givenOptions: ContractServerOptions = {},
): ContractServer {
  const options = resolveOptions(givenOptions);
  const { observer, log } = options;
  const failures = new LogLimit(log);
  const logRefusal = createRefusalLog({ log, failures, settingNames: options.settingNames });
  const outbox = new Outbox();
  const limits = new ConnectionLimits(options.maxConnections, options.maxConnectionsPerUser);
  const heartbeat = new Heartbeat<WebSocketConnection>(options.pingIntervalMs);
  const channels = serveChannels(contract, handlers, { outbox, observer, failures }).map(withHost);
  const performHandshake = createHandshake({
    channels,
    limits,
    origins: options.origins,
    settingNames: options.settingNames,
    timeoutMs: options.handshakeTimeoutMs,
  });
  const webSocketServer = new WebSocketServer({
    WebSocket: ServedSocket,
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false, // prebuilt frames bypass ws, see WebSocketConnection
    maxPayload: options.maxMessageBytes,
    maxFragments,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  let isShuttingDown = false;

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, id: string): Promise<void> {
    const startMs = performance.now();
    if (isShuttingDown) throw shuttingDown();
    const accepted = await performHandshake(request, id);
    const abandon = (): void => {
      accepted.channel.closed(accepted.session, neverOpened, id);
      limits.release(accepted.user);
    };
    if (isShuttingDown || socket.destroyed || !socket.writable) {
      abandon();
      throw isShuttingDown ? shuttingDown() : clientGone();
    }
    let isOpen = false;
    webSocketServer.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      open(accepted, webSocket, socket);
      observer.handshakeCompleted(accepted.channel.descriptor.name, (performance.now() - startMs) / 1000);
    });
    // ws calls back synchronously, or not at all after it has refused the handshake itself.
    if (!isOpen) abandon();
  }

  function open(accepted: AcceptedHandshake<HostedChannel>, webSocket: ServedSocket, socket: Duplex): void {
    const { channel, id } = accepted;
    const { name } = channel.descriptor;
    socket.off('error', destroyOnError); // ws has its own listener
    const connection = new WebSocketConnection(channel.host, accepted, webSocket, socket);
    webSocket.serve(connection);
    heartbeat.add(connection);
    observer.connectionOpened(name);
    log.debug({ connection: id, channel: name }, 'connection opened');
    channel.opened(connection);
  }

  function withHost(channel: ServedChannel): HostedChannel {
    const { name } = channel.descriptor;
    const host: ConnectionHost = {
      outbox,
      maxBufferedBytes: options.maxBufferedBytes,
      maxBufferedAgeMs: options.maxBufferedAgeMs,
      closeTimeoutMs: options.closeTimeoutMs,
      dispatch: (connection, data, isBinary) => channel.dispatch(connection, data, isBinary),
      onSent: createSentCount(outbox, (message, count) => observer.messageSent(name, message, count)),
      onDrained: (connection) => channel.drained(connection),
      onFailure({ id }, error, operation) {
        const fields = { connection: id, err: error.cause ?? error };
        failures.write('error', { channel: name, operation }, fields, 'a handler failed');
      },
      onClosed(connection, closed) {
        const { id, session, user } = connection;
        heartbeat.remove(connection);
        observer.connectionClosed(name, codeLabel(closed.code));
        log.debug({ connection: id, channel: name, code: closed.code }, 'connection closed');
        channel.closed(session, closed, id);
        limits.release(user);
      },
    };
    return { ...channel, host };
  }

  function refuse(socket: Duplex, id: string, thrown: unknown): void {
    const refusal = thrown instanceof Refusal ? thrown : handlerRefusal(PostedError.from(thrown));
    observer.handshakeRefused(refusal.reason);
    logRefusal(id, refusal);
    if (socket.writable) sendRefusal(socket, id, refusal);
    else socket.destroy();
  }

  return {
    handleUpgrade(request, socket, head) {
      const id = createConnectionId();
      socket.on('error', destroyOnError);
      upgrade(request, socket, head, id).catch((thrown: unknown) => refuse(socket, id, thrown));
    },
    get connectionCount() {
      return limits.total;
    },
    get queuedBytes() {
      let bytes = 0;
      for (const connection of heartbeat.members()) bytes += connection.bufferedBytes;
      return bytes;
    },
    async shutdown(timeoutMs, drainOptions = { spreadMs: 0 }) {
      isShuttingDown = true;
      const empty = limits.whenEmpty();
      const drained = drain([...heartbeat.members()], drainOptions, () => limits.total === 0);
      const timer = setTimeout(() => {
        for (const connection of heartbeat.members()) connection.terminate();
      }, timeoutMs);
      await Promise.all([empty, drained]);
      clearTimeout(timer);
      heartbeat.stop();
      webSocketServer.close();
    },
  };
}

function shuttingDown(): Refusal {
  const error = new PostedError('unavailable', 'The server is shutting down.', { retryAfterSeconds: 1 });
  return new Refusal('shutting_down', error);
}

function clientGone(): Refusal {
  return new Refusal('gone', new PostedError('unavailable', 'The client disconnected during the handshake.'));
}

function handlerRefusal(error: PostedError): Refusal {
  return new Refusal(error.code === 'forbidden' ? 'forbidden' : 'handler', error);
}

/** Without a listener, a reset during the handshake would end the process; 'close' follows. */
function destroyOnError(this: Duplex): void {
  this.destroy();
}

const knownCodes = new Set([1005, 1006, ...Object.values(closeCodes).map(({ code }) => code)]);

/** Maps a code to a label from a closed set, because a client may close with any of thousands of codes. */
function codeLabel(code: number): string {
  return knownCodes.has(code) ? String(code) : 'other';
}
