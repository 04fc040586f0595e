import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../shared/log.ts';
import type {
  Broker,
  BrokerListener,
  BrokerObserver,
  BrokerState,
  HintedEvent,
  HintFormat,
} from './broker.ts';
import type { BrokerConnection, ConnectToBroker } from './broker-connection.ts';
import { BrokerLog, describeFailure } from './broker-log.ts';
import type { BrokerUrl } from './broker-url.ts';
import { PendingHint } from './pending-hint.ts';
import { SocketTracker } from './socket-tracker.ts';

export interface ReconnectingBrokerOptions<Event extends HintedEvent> {
  readonly url: BrokerUrl;
  readonly format: HintFormat<Event>;
  /** The current epoch of the log: hints of another epoch are dropped. */
  readonly epoch: () => string;
  readonly log: Log;
  readonly observer: BrokerObserver;
  readonly connect: ConnectToBroker;
}

/** Ends a connection, with the cause. */
type OnLost = (cause: unknown) => void;

const retryMs = { first: 100, max: 5000 };

/** How often this node publishes a message to itself, and how many may be missing before the connection counts as lost. */
const heartbeat = { intervalMs: 2000, maxMissed: 2 };

const connectTimeoutMs = 5000;
const closeTimeoutMs = 1000;

/** A broker on any engine, with one connection that is replaced whenever it is lost. */
export class ReconnectingBroker<Event extends HintedEvent> implements Broker<Event> {
  readonly #options: ReconnectingBrokerOptions<Event>;
  readonly #log: BrokerLog;
  /** Identifies the messages of this node. */
  readonly #node = randomUUID();
  readonly #pending: PendingHint<Event>;
  readonly #closing = new AbortController();
  #listener: BrokerListener<Event> | null = null;
  #running: Promise<void> | null = null;
  #state: BrokerState = 'down';
  /** Heartbeats published since a message of this node came back. */
  #missed = 0;
  /** Sends the pending hint; null while there is no connection. */
  #send: (() => void) | null = null;

  constructor(options: ReconnectingBrokerOptions<Event>) {
    this.#options = options;
    this.#pending = new PendingHint(options.format.sizeOf);
    this.#log = new BrokerLog(options.log, options.url.name);
  }

  get state(): BrokerState {
    return this.#state;
  }

  start(listener: BrokerListener<Event>): void {
    this.#listener = listener;
    this.#running ??= this.#run();
  }

  publish(event: Event): void {
    // The other nodes read the log while the broker is down, and once more when it is up.
    if (this.#state === 'up') this.#pending.add(event);
    else this.#pending.addSeq(event.seq);
    this.#send?.();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = retryMs.first; !signal.aborted; ) {
      const startMs = performance.now();
      const cause = await this.#useConnection();
      if (signal.aborted) return;
      this.#log.down(describeFailure(cause, this.#options.url));
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
      this.#pending.addSeq(0);
      this.#send?.();
    };
    publishHeartbeat();
    return setInterval(publishHeartbeat, heartbeat.intervalMs);
  }

  /** Creates the function that sends what is pending, one message at a time, until `signal` is aborted. */
  #createSender(publish: BrokerConnection['publish'], onLost: OnLost, signal: AbortSignal): () => void {
    const { format, epoch, observer } = this.#options;
    let isSending = false;
    const send = async (): Promise<void> => {
      // Events of the same turn of the event loop go into one message.
      await nextTurn();
      while (!signal.aborted) {
        const hint = this.#pending.take();
        if (hint === null) break;
        await publish(format.encode(epoch(), this.#node, hint));
        observer.hintPublished();
      }
      isSending = false;
    };
    return () => {
      if (isSending) return;
      isSending = true;
      send().catch(onLost);
    };
  }

  #read(bytes: Uint8Array): void {
    const { format, epoch, observer } = this.#options;
    const hint = format.decode(epoch(), bytes);
    if (typeof hint === 'string') {
      observer.hintDropped(hint);
      this.#log.dropped(hint, bytes.length);
    } else if (hint.node === this.#node) {
      this.#missed = 0;
      this.#change('up');
    } else {
      observer.hintReceived();
      this.#listener?.onHint(hint);
    }
  }

  #change(state: BrokerState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.observer.brokerChanged(state);
    if (state === 'up') {
      this.#log.up();
      this.#listener?.onUp();
    } else {
      this.#pending.dropEvents();
    }
  }
}

async function atMost(timeoutMs: number, closed: Promise<void>): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, timeoutMs);
  await Promise.race([closed.catch(() => {}), timer.promise]);
  clearTimeout(timeout);
}
