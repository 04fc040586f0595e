import { setImmediate as nextTurn } from 'node:timers/promises';
import { atMost } from '../../shared/at-most.ts';
import type { BrokerState } from './broker.ts';
import type { BrokerConnection, ConnectToBroker } from './broker-connection.ts';
import { type BrokerLog, describeFailure } from './broker-log.ts';
import type { BrokerUrl } from './broker-url.ts';
import { closeTimeoutMs, type Lifetime, type OnLost, Reconnector } from './reconnector.ts';

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

/** How often this node publishes a message to itself, and how many may be missing before the connection counts as lost. */
export const heartbeat = { intervalMs: 2000, maxMissed: 2 };

/** One connection to an engine that is replaced whenever it is lost. It is up while this node hears itself. */
export class ReconnectingConnection {
  readonly #options: ReconnectingConnectionOptions;
  readonly #reconnector: Reconnector<BrokerConnection>;
  #state: BrokerState = 'down';
  /** Heartbeats published since a message of this node came back. */
  #missed = 0;
  #heartbeats: NodeJS.Timeout | undefined;
  /** Sends everything that is pending, and resolves when it is sent; null while disconnected. */
  #send: (() => Promise<void>) | null = null;

  constructor(options: ReconnectingConnectionOptions) {
    const { url, log } = options;
    this.#options = options;
    this.#reconnector = new Reconnector({
      engine: url.engine,
      open: (lifetime) => this.#open(lifetime),
      opened: (connection, lifetime) => this.#opened(connection, lifetime),
      ended: () => this.#ended(),
      close: (connection) => connection.close(),
      failed: (cause) => log.down(describeFailure(cause, url)),
    });
  }

  get state(): BrokerState {
    return this.#state;
  }

  /** Connects, and reconnects whenever the connection is lost, until `close`. */
  start(): void {
    this.#reconnector.start();
  }

  /** Publishes what `take` returns, one message at a time, if there is a connection. */
  send(): void {
    void this.#send?.();
  }

  /** Resolves when the engine has accepted everything that is pending, or after a second. */
  async flush(): Promise<void> {
    if (this.#state === 'up' && this.#send !== null) await atMost(closeTimeoutMs, this.#send());
  }

  close(): Promise<void> {
    return this.#reconnector.close();
  }

  #open({ onLost, signal, sockets }: Lifetime): Promise<BrokerConnection> {
    const { url, connect } = this.#options;
    const onMessage = (bytes: Uint8Array): void => {
      if (!signal.aborted) sockets.untracked(() => this.#read(bytes));
    };
    return connect({ url, onMessage, onLost, signal });
  }

  #opened(connection: BrokerConnection, { onLost, signal, sockets }: Lifetime): void {
    // Some clients open further sockets when they publish.
    const publish = (bytes: Buffer): Promise<void> => sockets.track(() => connection.publish(bytes));
    this.#send = this.#createSender(publish, onLost, signal);
    this.#heartbeats = this.#startHeartbeat(onLost);
  }

  #ended(): void {
    clearInterval(this.#heartbeats);
    this.#send = null;
    this.#change('down');
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
