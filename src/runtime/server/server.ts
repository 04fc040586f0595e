import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { closeCodes } from '../shared/close-codes.ts';
import type { Contract } from '../shared/descriptor.ts';
import { PostedError } from '../shared/errors.ts';
import { LogLimit } from '../shared/log-limit.ts';
import { subprotocol } from '../shared/subprotocol.ts';
import { type ConnectionHost, WebSocketConnection } from './connection/connection.ts';
import { createConnectionId } from './connection/connection-id.ts';
import { Heartbeat } from './connection/heartbeat.ts';
import { closeInTurn, type Leaving } from './connection/leaving.ts';
import { Outbox } from './connection/outbox.ts';
import { ServedSocket } from './connection/served-socket.ts';
import { type Accepted, createHandshakes, neverOpened } from './handshake/handshake.ts';
import { ConnectionLimits } from './handshake/limits.ts';
import { Refusal, refuse } from './handshake/refusal.ts';
import { createRefusalLog } from './handshake/refusal-log.ts';
import { callHandler } from './messages/call-handler.ts';
import { createSentCount } from './messages/sent-count.ts';
import { type ServedChannel, serveChannels } from './messages/served-channel.ts';
import { type ContractServerOptions, resolveOptions } from './options.ts';

export interface ContractServer {
  /** To be called for each 'upgrade' of the one HTTP server; nobody else may take any. */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Connections that are open or in their handshake. */
  readonly connectionCount: number;
  /** What was sent and is not yet taken by the sockets, in bytes, over all connections. */
  readonly queuedBytes: number;
  /**
   * Refuses new connections, closes the open ones with 1012, all at once unless `leaving` spreads them,
   * and cuts those that do not finish in time.
   */
  shutdown(timeoutMs: number, leaving?: Leaving): Promise<void>;
}

interface HostedChannel extends ServedChannel {
  readonly host: ConnectionHost;
}

const maxFragments = 1024;

/** Serves every channel of `contract` with the handlers that its type asks for. */
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
  const negotiate = createHandshakes({
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
  let whenEmpty: (() => void) | null = null;
  let isShuttingDown = false;

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, id: string): Promise<void> {
    const startMs = performance.now();
    if (isShuttingDown) throw shuttingDown();
    const accepted = await negotiate(request, id);
    const abandon = (): void => {
      accepted.channel.closed(accepted.session, neverOpened, id);
      release(accepted.user);
    };
    if (isShuttingDown || socket.destroyed || !socket.writable) {
      abandon();
      throw isShuttingDown ? shuttingDown() : gone();
    }
    let isOpen = false;
    webSocketServer.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      open(accepted, webSocket, socket);
      observer.handshakeCompleted(accepted.channel.descriptor.name, (performance.now() - startMs) / 1000);
    });
    // ws answers by itself, and calls back in the same turn or never.
    if (!isOpen) abandon();
  }

  function open(accepted: Accepted<HostedChannel>, webSocket: ServedSocket, socket: Duplex): void {
    const { channel, id } = accepted;
    const { name } = channel.descriptor;
    socket.off('error', destroyOnError); // ws listens itself
    const connection = new WebSocketConnection(channel.host, accepted, webSocket, socket);
    webSocket.serve(connection);
    heartbeat.add(connection);
    observer.connectionOpened(name);
    log.debug({ connection: id, channel: name }, 'connection opened');
    callHandler(
      () => channel.opened(connection),
      (thrown) => {
        const kind = { channel: name, handler: 'opened' };
        failures.write('error', kind, { connection: id, err: thrown }, 'a handler failed');
        connection.close('internalError');
      },
    );
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
      onEnded(connection, closed) {
        const { id, session, user } = connection;
        heartbeat.remove(connection);
        observer.connectionClosed(name, codeLabel(closed.code));
        log.debug({ connection: id, channel: name, code: closed.code }, 'connection closed');
        channel.closed(session, closed, id);
        release(user);
      },
    };
    return { ...channel, host };
  }

  function release(user: string | null): void {
    limits.release(user);
    if (limits.total === 0) whenEmpty?.();
  }

  function answer(socket: Duplex, id: string, thrown: unknown): void {
    const refusal = thrown instanceof Refusal ? thrown : handlerRefusal(PostedError.from(thrown));
    observer.handshakeRefused(refusal.reason);
    logRefusal(id, refusal);
    if (socket.writable) refuse(socket, id, refusal);
    else socket.destroy();
  }

  return {
    handleUpgrade(request, socket, head) {
      const id = createConnectionId();
      socket.on('error', destroyOnError);
      upgrade(request, socket, head, id).catch((thrown: unknown) => answer(socket, id, thrown));
    },
    get connectionCount() {
      return limits.total;
    },
    get queuedBytes() {
      let bytes = 0;
      for (const connection of heartbeat.members()) bytes += connection.bufferedBytes;
      return bytes;
    },
    async shutdown(timeoutMs, leaving = { spreadMs: 0 }) {
      isShuttingDown = true;
      const empty = new Promise<void>((resolve) => {
        whenEmpty = resolve;
        if (limits.total === 0) resolve();
      });
      const told = closeInTurn([...heartbeat.members()], leaving, () => limits.total === 0);
      const timer = setTimeout(() => {
        for (const connection of heartbeat.members()) connection.terminate();
      }, timeoutMs);
      await Promise.all([empty, told]);
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

function gone(): Refusal {
  return new Refusal('gone', new PostedError('unavailable', 'The client went away during the handshake.'));
}

function handlerRefusal(error: PostedError): Refusal {
  return new Refusal(error.code === 'forbidden' ? 'forbidden' : 'handler', error);
}

/** A reset during the handshake is an end like any other; 'close' follows. */
function destroyOnError(this: Duplex): void {
  this.destroy();
}

const knownCodes = new Set([1005, 1006, ...Object.values(closeCodes).map(({ code }) => code)]);

/** A label from a closed set: a client may close with any of thousands of codes. */
function codeLabel(code: number): string {
  return knownCodes.has(code) ? String(code) : 'other';
}
