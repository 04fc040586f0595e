import { randomUUID } from 'node:crypto';
import type { Log } from '../../shared/log.ts';
import type {
  Broker,
  BrokerListener,
  BrokerObserver,
  BrokerState,
  HintedEvent,
  HintFormat,
} from './broker.ts';
import type { ConnectToBroker } from './broker-connection.ts';
import { BrokerLog } from './broker-log.ts';
import type { BrokerUrl } from './broker-url.ts';
import { PendingHint } from './pending-hint.ts';
import { type BrokerTraffic, ReconnectingConnection } from './reconnecting-connection.ts';

export interface ReconnectingBrokerOptions<Event extends HintedEvent> {
  readonly url: BrokerUrl;
  readonly format: HintFormat<Event>;
  /** The current epoch of the log: hints of another epoch are dropped. */
  readonly epoch: () => string;
  readonly log: Log;
  readonly observer: BrokerObserver;
  readonly connect: ConnectToBroker;
}

/** A broker on any engine: hints over a connection that is replaced whenever it is lost. */
export class ReconnectingBroker<Event extends HintedEvent> implements Broker<Event> {
  readonly #options: ReconnectingBrokerOptions<Event>;
  readonly #log: BrokerLog;
  /** Identifies the messages of this node. */
  readonly #node = randomUUID();
  readonly #pending: PendingHint<Event>;
  readonly #connection: ReconnectingConnection;
  #listener: BrokerListener<Event> | null = null;

  constructor(options: ReconnectingBrokerOptions<Event>) {
    const { url, connect, format, log } = options;
    this.#options = options;
    this.#pending = new PendingHint(format.sizeOf);
    this.#log = new BrokerLog(log, url.name, 'this server polls the log every second');
    this.#connection = new ReconnectingConnection({
      url,
      connect,
      log: this.#log,
      traffic: this.#createTraffic(),
    });
  }

  get state(): BrokerState {
    return this.#connection.state;
  }

  start(listener: BrokerListener<Event>): void {
    this.#listener = listener;
    this.#connection.start();
  }

  publish(event: Event): void {
    // The other nodes read the log while the broker is down, and once more when it is up.
    if (this.state === 'up') this.#pending.add(event);
    else this.#pending.addSeq(event.seq);
    this.#connection.send();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #createTraffic(): BrokerTraffic {
    const { format, epoch, observer } = this.#options;
    return {
      take: () => {
        const hint = this.#pending.take();
        return hint === null ? null : format.encode(epoch(), this.#node, hint);
      },
      beat: () => this.#pending.addSeq(0),
      read: (bytes) => this.#read(bytes),
      published: () => observer.hintPublished(),
      changed: (state) => {
        observer.brokerChanged(state);
        if (state === 'up') this.#listener?.onUp();
        else this.#pending.dropEvents();
      },
    };
  }

  #read(bytes: Uint8Array): boolean {
    const { format, epoch, observer } = this.#options;
    const hint = format.decode(epoch(), bytes);
    if (typeof hint === 'string') {
      observer.hintDropped(hint);
      this.#log.dropped(hint, bytes.length);
      return false;
    }
    if (hint.node === this.#node) return true;
    observer.hintReceived();
    this.#listener?.onHint(hint);
    return false;
  }
}
