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
import { BrokerLog } from './broker-log.ts';
import type { BrokerUrl } from './broker-url.ts';
import { describeFailure } from './describe-failure.ts';
import type { Link, OpenLink } from './link.ts';
import { LinkSockets } from './link-sockets.ts';
import { Outgoing } from './outgoing.ts';

export interface LinkedBrokerOptions<Event extends HintedEvent> {
  readonly url: BrokerUrl;
  readonly format: HintFormat<Event>;
  /** The current epoch of the log: hints of another epoch are dropped. */
  readonly epoch: () => string;
  readonly log: Log;
  readonly observer: BrokerObserver;
  readonly open: OpenLink;
}

/** How a connection ends, with the cause. */
type OnLost = (cause: unknown) => void;

const retryMs = { first: 100, most: 5000 };

/** A message of our own leaves this often; when as many have not come back, the link is lost. */
const pulse = { everyMs: 2000, mostMissed: 2 };

const openTimeoutMs = 5000;
const closeTimeoutMs = 1000;

/** A broker on any engine: it keeps one link open, and makes another whenever that is lost. */
export class LinkedBroker<Event extends HintedEvent> implements Broker<Event> {
  readonly #options: LinkedBrokerOptions<Event>;
  readonly #log: BrokerLog;
  /** Tells our own messages from those of others. */
  readonly #node = randomUUID();
  readonly #outgoing: Outgoing<Event>;
  readonly #closing = new AbortController();
  #listener: BrokerListener<Event> | null = null;
  #running: Promise<void> | null = null;
  #state: BrokerState = 'down';
  /** Pulses that have left since one of our messages came back. */
  #missed = 0;
  /** Sends what is waiting; null while there is no link. */
  #flush: (() => void) | null = null;

  constructor(options: LinkedBrokerOptions<Event>) {
    this.#options = options;
    this.#outgoing = new Outgoing(options.format.sizeOf);
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
    // While the broker is down the others read the log, and when it is up they do so once more.
    if (this.#state === 'up') this.#outgoing.add(event);
    else this.#outgoing.mention(event.seq);
    this.#flush?.();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = retryMs.first; !signal.aborted; ) {
      const startMs = performance.now();
      const cause = await this.#useLink();
      if (signal.aborted) return;
      this.#log.down(describeFailure(cause, this.#options.url));
      const hasLasted = performance.now() - startMs > retryMs.most;
      waitMs = hasLasted ? retryMs.first : Math.min(waitMs * 2, retryMs.most);
      // Servers that lost the same engine do not come back in the same moment.
      await wait(waitMs * Math.random(), undefined, { signal }).catch(() => {});
    }
  }

  /** Opens a link and uses it until it is lost. Resolves with the cause. */
  async #useLink(): Promise<unknown> {
    const { promise: lost, resolve: onLost } = Promise.withResolvers<unknown>();
    const sockets = new LinkSockets();
    const ending = new AbortController();
    this.#closing.signal.addEventListener('abort', onLost, { signal: ending.signal });
    let cause: unknown;
    try {
      const link = await this.#open(sockets, lost, onLost, ending.signal);
      // Some clients connect when they have something to publish.
      const publish = (bytes: Buffer): Promise<void> => sockets.collectFrom(() => link.publish(bytes));
      this.#flush = this.#createFlush(publish, onLost, ending.signal);
      const ticker = this.#startPulse(onLost);
      cause = await lost;
      clearInterval(ticker);
      this.#flush = null;
      this.#change('down');
      // Where the link is lost nobody hears a goodbye.
      if (this.#closing.signal.aborted) await atMost(closeTimeoutMs, link.close());
    } catch (thrown) {
      cause = new Error(`${this.#options.url.engine} cannot be used at this address`, { cause: thrown });
    }
    ending.abort();
    sockets.destroy();
    return cause;
  }

  /** Rejects where the link is lost before it is there, or is late. */
  async #open(
    sockets: LinkSockets,
    lost: Promise<unknown>,
    onLost: OnLost,
    signal: AbortSignal,
  ): Promise<Link> {
    const { url, open } = this.#options;
    const late = new Error(`there is no answer after ${openTimeoutMs / 1000} s`);
    const timer = setTimeout(onLost, openTimeoutMs, late);
    const onMessage = (bytes: Uint8Array): void => {
      if (!signal.aborted) sockets.leave(() => this.#read(bytes));
    };
    try {
      const opened = sockets.collectFrom(() => open({ url, onMessage, onLost, signal }));
      return await Promise.race([opened, lost.then((cause) => Promise.reject(cause))]);
    } finally {
      clearTimeout(timer);
    }
  }

  #startPulse(onLost: OnLost): NodeJS.Timeout {
    this.#missed = 0;
    const beat = (): void => {
      if (this.#missed === pulse.mostMissed) onLost(new Error('what is published does not come back'));
      this.#missed += 1;
      this.#outgoing.mention(0);
      this.#flush?.();
    };
    beat();
    return setInterval(beat, pulse.everyMs);
  }

  /** Sends what is waiting, one message at a time, until `signal` says that the link is of no use. */
  #createFlush(publish: Link['publish'], onLost: OnLost, signal: AbortSignal): () => void {
    const { format, epoch, observer } = this.#options;
    let isSending = false;
    const send = async (): Promise<void> => {
      // What becomes known in one turn of the event loop leaves in one message.
      await nextTurn();
      while (!signal.aborted) {
        const hint = this.#outgoing.take();
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
      this.#outgoing.forgetEvents();
    }
  }
}

async function atMost(timeoutMs: number, goodbye: Promise<void>): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, timeoutMs);
  await Promise.race([goodbye.catch(() => {}), timer.promise]);
  clearTimeout(timeout);
}
