import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { atMost } from '../../shared/at-most.ts';
import type { BrokerState } from './broker.ts';
import type { BrokerConnection, ConnectToBroker } from './broker-connection.ts';
import { type BrokerLog, describeFailure } from './broker-log.ts';
import type { BrokerUrl } from './broker-url.ts';
import { SocketTracker } from './socket-tracker.ts';

/** What a connection carries. Its functions must not throw. */
export interface BrokerTraffic {
  /** Takes the next message to publish; null if nothing is pending. */
  take(): Buffer | null;
  /** Makes `take` return a message, even if there is nothing to say, so that the node hears itself. */
  beat(): void;
  /** Reads a message of the topic that anyone may have published. Returns whether this node published it. */
  read(bytes: Uint8Array): boolean;
  /** The engine has accepted a message. */
  published(): void;
  changed(state: BrokerState): void;
}

export interface ReconnectingConnectionOptions {
  readonly url: BrokerUrl;
  readonly connect: ConnectToBroker;
  readonly log: BrokerLog;
  readonly traffic: BrokerTraffic;
}

/** Ends a connection, with the cause. */
type OnLost = (cause: unknown) => void;

const retryMs = { first: 100, max: 5000 };

/** How often this node publishes a message to itself, and how many may be missing before the connection counts as lost. */
export const heartbeat = { intervalMs: 2000, maxMissed: 2 };

const connectTimeoutMs = 5000;
const closeTimeoutMs = 1000;

/** One connection to an engine that is replaced whenever it is lost. It is up while this node hears itself. */
export class ReconnectingConnection {
  readonly #options: ReconnectingConnectionOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;
  #state: BrokerState = 'down';
  /** Heartbeats published since a message of this node came back. */
  #missed = 0;
  /** Sends everything that is pending, and resolves when it is sent; null while disconnected. */
  #send: (() => Promise<void>) | null = null;

  constructor(options: ReconnectingConnectionOptions) {
    this.#options = options;
  }

  get state(): BrokerState {
    return this.#state;
  }

  /** Connects, and reconnects whenever the connection is lost, until `close`. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Publishes what `take` returns, one message at a time, if there is a connection. */
  send(): void {
    void this.#send?.();
  }

  /** Resolves when the engine has accepted everything that is pending, or after a second. */
  async flush(): Promise<void> {
    if (this.#state === 'up' && this.#send !== null) await atMost(closeTimeoutMs, this.#send());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { url, log } = this.#options;
    const { signal } = this.#closing;
    for (let waitMs = retryMs.first; !signal.aborted; ) {
      const startMs = performance.now();
      const cause = await this.#useConnection();
      if (signal.aborted) return;
      log.down(describeFailure(cause, url));
      const wasStable = performance.now() - startMs > retryMs.max;
      waitMs = wasStable ? retryMs.first : Math.min(waitMs * 2, retryMs.max);
      // Random, so that servers that lost the same engine do not all return at the same moment.
      await wait(waitMs * Math.random(), undefined, { signal }).catch(() => {});
    }
  }

  /** Opens a connection and uses it until it is lost. Resolves with the cause. */
  async #useConnection(): Promise<unknown> {
    const { promise: lost, resolve: onLost } = Promise.withResolvers<unknown>();
    const sockets = new SocketTracker();
    const ending = new AbortController();
    this.#closing.signal.addEventListener('abort', onLost, { signal: ending.signal });
    let cause: unknown;
    try {
      const connection = await this.#open(sockets, lost, onLost, ending.signal);
      // Some clients open further sockets when they publish.
      const publish = (bytes: Buffer): Promise<void> => sockets.track(() => connection.publish(bytes));
      this.#send = this.#createSender(publish, onLost, ending.signal);
      const heartbeats = this.#startHeartbeat(onLost);
      cause = await lost;
      clearInterval(heartbeats);
      this.#send = null;
      this.#change('down');
      // A lost connection cannot be closed in an orderly way.
      if (this.#closing.signal.aborted) await atMost(closeTimeoutMs, connection.close());
    } catch (thrown) {
      cause = new Error(`${this.#options.url.engine} cannot be used at this address`, { cause: thrown });
    }
    ending.abort();
    sockets.destroy();
    return cause;
  }

  /** Rejects if the connection is lost while it is opened, or is not open in time. */
  async #open(
    sockets: SocketTracker,
    lost: Promise<unknown>,
    onLost: OnLost,
    signal: AbortSignal,
  ): Promise<BrokerConnection> {
    const { url, connect } = this.#options;
    const timeout = new Error(`no answer within ${connectTimeoutMs / 1000} s`);
    const timer = setTimeout(onLost, connectTimeoutMs, timeout);
    const onMessage = (bytes: Uint8Array): void => {
      if (!signal.aborted) sockets.untracked(() => this.#read(bytes));
    };
    try {
      const opening = sockets.track(() => connect({ url, onMessage, onLost, signal }));
      return await Promise.race([opening, lost.then((cause) => Promise.reject(cause))]);
    } finally {
      clearTimeout(timer);
    }
  }

  #startHeartbeat(onLost: OnLost): NodeJS.Timeout {
    this.#missed = 0;
    const publishHeartbeat = (): void => {
      if (this.#missed === heartbeat.maxMissed) onLost(new Error('published messages do not come back'));
      this.#missed += 1;
      this.#options.traffic.beat();
      this.send();
    };
    publishHeartbeat();
    return setInterval(publishHeartbeat, heartbeat.intervalMs);
  }

  /** Creates the function that sends what is pending, one message at a time, until `signal` is aborted. */
  #createSender(
    publish: BrokerConnection['publish'],
    onLost: OnLost,
    signal: AbortSignal,
  ): () => Promise<void> {
    const { traffic } = this.#options;
    let sending: Promise<void> | null = null;
    const send = async (): Promise<void> => {
      // What is published in the same turn of the event loop goes into one message.
      await nextTurn();
      while (!signal.aborted) {
        const bytes = traffic.take();
        if (bytes === null) break;
        await publish(bytes);
        traffic.published();
      }
      sending = null;
    };
    return () => {
      sending ??= send().catch(onLost);
      return sending;
    };
  }

  #read(bytes: Uint8Array): void {
    if (!this.#options.traffic.read(bytes)) return;
    this.#missed = 0;
    this.#change('up');
  }

  #change(state: BrokerState): void {
    if (this.#state === state) return;
    this.#state = state;
    if (state === 'up') this.#options.log.up();
    this.#options.traffic.changed(state);
  }
}
