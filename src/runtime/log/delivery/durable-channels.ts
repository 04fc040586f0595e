import type { Connection } from '../../server/handlers.ts';
import type { Log } from '../../shared/log.ts';
import type { OpenLog } from '../open-log.ts';
import { Topics } from '../topics/topics.ts';
import type { ChannelDelivery } from './channel-delivery.ts';
import { Delivery, type DeliveryStats } from './delivery.ts';
import { DurableChannel, type DurableChannelParts } from './durable-channel.ts';
import type { DurableConnection } from './durable-connection.ts';
import { type DurableOptions, defaultByeSpreadMs } from './durable-options.ts';
import { channelNameOf } from './log-channel.ts';
import type { ReplayObserver } from './subscriber-source.ts';

/** The log that channels are served from. */
export type DeliveredLog = Pick<OpenLog, 'engine' | 'tail' | 'topicsOf' | 'isShared' | 'maxDevicesPerUser'>;

export interface DurableChannelsOptions {
  readonly eventLog: DeliveredLog;
  readonly channels: readonly DurableChannelParts[];
  readonly options: DurableOptions;
  readonly observer: ReplayObserver;
  readonly log: Log;
}

/** All channels with durable messages of one server. */
export class DurableChannels {
  readonly #eventLog: DeliveredLog;
  readonly #options: DurableOptions;
  readonly #delivery: Delivery;
  readonly #topics: Topics<DurableConnection>;
  readonly #channels: ReadonlyMap<string, DurableChannel>;

  constructor({ eventLog, channels, options, observer, log }: DurableChannelsOptions) {
    const { engine, tail, maxDevicesPerUser } = eventLog;
    this.#eventLog = eventLog;
    this.#options = options;
    this.#delivery = new Delivery({
      engine,
      tail,
      log,
      observer,
      maxDevicesPerUser,
      byeSpreadMs: this.#byeSpreadMs,
      left: () => {
        for (const channel of this.#channels.values()) channel.closePlain();
      },
    });
    this.#topics = new Topics({
      topicsOf: (user) => eventLog.topicsOf(user),
      deliver: (message, connections) =>
        this.#channels.get(channelNameOf(message.channel))?.deliver(message, connections),
    });
    const deps = { delivery: this.#delivery, topics: this.#topics, options };
    this.#channels = new Map(
      channels.map((parts) => [parts.descriptor.name, new DurableChannel(parts, deps)]),
    );
  }

  /** Begins to follow the log. Call it once. */
  follow(): void {
    this.#delivery.follow(this.#topics);
  }

  /** Undefined if the channel has no durable messages. */
  channel(name: string): ChannelDelivery | undefined {
    return this.#channels.get(name);
  }

  stats(): DeliveryStats {
    return this.#delivery.stats();
  }

  /** The time since the last successful read of the log. */
  get staleMs(): number {
    return this.#eventLog.tail.freshness.staleMs;
  }

  /**
   * The time over which a shutdown closes the connections. Clients move to the other servers of a shared log one by one,
   * and are served until then; a server that is alone closes all at once, and they return one by one.
   */
  get closeSpreadMs(): number {
    return this.#eventLog.isShared ? this.#byeSpreadMs : 0;
  }

  /** Tells the client of a connection that a shutdown closes next when to return, if it is resumable. */
  sendBye(connection: Connection, leftMs: number): void {
    const spreadMs = this.#eventLog.isShared ? 0 : Math.min(this.#byeSpreadMs, leftMs);
    this.#channels.get(connection.channel)?.sendBye(connection, Math.floor(Math.random() * spreadMs));
  }

  /** Resolves once everything is delivered that the log has. */
  async applied(): Promise<void> {
    await this.#eventLog.tail.applied();
  }

  /** Stores the acks that are not stored yet. */
  async close(): Promise<void> {
    await this.#delivery.close();
  }

  get #byeSpreadMs(): number {
    return this.#options.byeSpreadMs ?? defaultByeSpreadMs;
  }
}
