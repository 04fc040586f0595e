import type { Connection, Encoded, Principal, PublishOptions } from '../../server/handlers.ts';
import type { ChannelDescriptor, DeliveryDescriptor, ResumeDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import type { SentMessage } from '../event.ts';
import type { Audience, Topics } from '../topics/topics.ts';
import type { ChannelDelivery, DeviceAck } from './channel-delivery.ts';
import {
  type ChannelFrames,
  type ControlEncoders,
  createChannelFrames,
  nullIfInvalid,
} from './channel-frames.ts';
import type { Delivery } from './delivery.ts';
import { type DeliveryPolicy, resolvePolicy } from './delivery-policy.ts';
import { DurableConnection, type VisibilityDeps } from './durable-connection.ts';
import type { DurableOptions } from './durable-options.ts';
import { Selection } from './selection.ts';
import { contentOfPayload } from './stored-payload.ts';

/** A channel of the contract with `x-delivery`, and the functions that its server has for it. */
export interface DurableChannelParts {
  readonly descriptor: DeliveredChannel;
  /** A function for each message, by its member name. */
  readonly encode: Encoders;
  /** Sends to connections. */
  readonly to: (connections: Iterable<Connection>) => Readonly<Record<string, Send>>;
  /** The channel in the log of the address with these values. */
  readonly logChannel: (values: Pick<Connection, 'params' | 'variables'>) => string;
}

export type DeliveredChannel = ChannelDescriptor & {
  readonly delivery: DeliveryDescriptor;
  readonly resume: ResumeDescriptor;
};

export function isDelivered(descriptor: ChannelDescriptor): descriptor is DeliveredChannel {
  return descriptor.delivery !== undefined && descriptor.resume !== undefined;
}

type Encoders = Readonly<Record<string, (content: object) => Encoded>>;

type Send = (content: object, options?: PublishOptions) => number;

export interface DurableChannelDeps {
  readonly delivery: Delivery;
  readonly topics: Topics<DurableConnection>;
  readonly options: DurableOptions;
}

/** The query parameters that `x-delivery` adds, besides those whose names it chooses. */
interface DeliveryQuery extends Readonly<Record<string, unknown>> {
  readonly device?: string;
  readonly instance?: string;
  readonly window?: number;
}

/**
 * Serves the connections to one channel of the contract, all its addresses included. A plain connection gets messages
 * while it is open; a resumable one also what it has missed.
 */
export class DurableChannel implements ChannelDelivery {
  readonly #descriptor: DeliveredChannel;
  readonly #parts: DurableChannelParts;
  readonly #deps: DurableChannelDeps;
  readonly #frames: ChannelFrames<object>;
  readonly #policy: DeliveryPolicy;
  readonly #visibility: VisibilityDeps;
  /** By name: the function that sends a durable message. */
  readonly #members: ReadonlyMap<string, string>;
  readonly #connections = new Map<Connection, DurableConnection>();

  constructor(parts: DurableChannelParts, deps: DurableChannelDeps) {
    const { descriptor } = parts;
    const { delivery, topics, options } = deps;
    this.#parts = parts;
    this.#descriptor = descriptor;
    this.#deps = deps;
    this.#policy = resolvePolicy(descriptor.delivery, options);
    this.#visibility = { topics, selection: new Selection(descriptor.delivery.select) };
    this.#members = durableMembers(descriptor);
    this.#frames = createChannelFrames({
      control: controlEncoders(parts),
      // The contract's guard checks it when it is encoded.
      contentOf: (_message, payload) => contentOfPayload(payload, options) as object,
      encoders: Object.fromEntries([...this.#members.keys()].map((name) => [name, encoderOf(parts, name)])),
      encodeCursor: (position) => delivery.encodeCursor(position),
    });
  }

  async accept(connection: Connection): Promise<void> {
    const { delivery, topics } = this.#deps;
    const query = connection.query as DeliveryQuery;
    const user = (connection.user as Principal).id;
    const channel = this.#parts.logChannel(connection);
    const since = query[this.#descriptor.resume.query] as string | undefined;
    if (since === undefined) await delivery.refresh();
    const { device, instance } = query;
    const start =
      since === undefined
        ? null
        : await delivery.findStart(user, {
            since,
            device: device === undefined ? undefined : deviceIn(channel, device),
            instance,
            hasLeft: () => connection.hasLeft,
          });
    const subscription = await topics.subscribe(user, channel, this.#audienceOf(query));
    const groups = this.#visibility.selection.chosenBy(query);
    this.#connections.set(
      connection,
      new DurableConnection(this.#visibility, { connection, start, subscription, groups }),
    );
  }

  opened(connection: Connection): void {
    const own = this.#connections.get(connection);
    if (own === undefined) return;
    const { start, subscription } = own;
    if (start !== null) {
      const { window } = connection.query as DeliveryQuery;
      own.subscriber = this.#deps.delivery.subscribe(start, {
        connection,
        visibility: own,
        frames: this.#frames,
        policy: this.#policy,
        window: connection.transport === 'sse' ? 'none' : window,
      });
    }
    this.#deps.topics.join(subscription, own);
  }

  drained(connection: Connection): void {
    this.#connections.get(connection)?.subscriber?.drained();
  }

  closed(connection: Connection): void {
    const own = this.#connections.get(connection);
    if (own === undefined) return;
    this.#connections.delete(connection);
    this.#deps.topics.end(own.subscription);
    if (own.subscriber !== null) this.#deps.delivery.unsubscribe(own.subscriber);
  }

  acknowledge(connection: Connection, cursor: string): boolean {
    const { start = null, subscriber = null } = this.#connections.get(connection) ?? {};
    if (start === null || subscriber === null) {
      const { query } = this.#descriptor.resume;
      throw new PostedError('invalid_request', `only connections opened with \`${query}\` can acknowledge`);
    }
    return this.#deps.delivery.acknowledge(subscriber, start, cursor);
  }

  async acknowledgeFor(values: DeviceAck): Promise<void> {
    const { user, device, cursor, instance } = values;
    await this.#deps.delivery.acknowledgeFor({
      user,
      device: deviceIn(this.#parts.logChannel(values), device),
      cursor,
      instance,
    });
  }

  /** Sends a message to those who get it. Subscribers decide by themselves whether they have room for it. */
  deliver(message: SentMessage, connections: readonly DurableConnection[]): void {
    const groups = this.#visibility.selection.groupsOf(message.message);
    const nowMs = performance.now();
    const plain: Connection[] = [];
    for (const { connection, subscriber, groups: chosen } of connections) {
      if ((chosen & groups) === 0) continue;
      if (subscriber === null) plain.push(connection);
      else subscriber.offer(message, nowMs);
    }
    const member = this.#members.get(message.message);
    // A plain connection may miss what it cannot be sent.
    if (member === undefined) return;
    const { createdAtMs: sinceMs } = message;
    nullIfInvalid(() => this.#parts.to(plain)[member]?.(this.#frames.contentOf(message), { sinceMs }));
  }

  /** Asks the client of a resumable connection to reconnect after that time. */
  sendBye(connection: Connection, retryAfterMs: number): void {
    this.#connections.get(connection)?.subscriber?.sendBye(retryAfterMs);
  }

  /** Closes the connections that are not resumable, whose clients then look for another server. */
  closePlain(): void {
    for (const { connection, subscriber } of this.#connections.values()) {
      if (subscriber === null) connection.close('tryAgainLater');
    }
  }

  #audienceOf(query: DeliveryQuery): Audience {
    const { audience } = this.#descriptor.delivery;
    if (typeof audience === 'string') return audience;
    const isTopic = this.#deps.options.audience === 'topic' || query[audience.query] === audience.topic;
    return isTopic ? 'topic' : 'everyone';
  }
}

/** A device has a cursor for each address, because it may be ahead in one of them. */
function deviceIn(channel: string, device: string): string {
  return `${device} ${channel}`;
}

/** The names of the durable messages, with those of their functions. */
export function durableMembers({ delivery, send }: DeliveredChannel): ReadonlyMap<string, string> {
  return new Map(
    send
      .filter(({ name }) => delivery.messages.includes(name))
      .map(({ name, member = name }) => [name, member]),
  );
}

/** The functions of the messages that `x-delivery` adds. */
function controlEncoders(parts: DurableChannelParts): ControlEncoders {
  const { ready, checkpoint, reset, bye, alive = 'alive' } = parts.descriptor.resume;
  return {
    ready: encoderOf(parts, ready),
    checkpoint: encoderOf(parts, checkpoint),
    reset: encoderOf(parts, reset),
    bye: encoderOf(parts, bye),
    alive: encoderOf(parts, alive),
  };
}

/** @throws TypeError if the channel does not send the message, which generated contracts rule out */
function encoderOf({ descriptor, encode }: DurableChannelParts, message: string): Encoders[string] {
  const found = descriptor.send.find(({ name }) => name === message);
  const member = found?.member ?? message;
  if (encode[member] !== undefined) return encode[member].bind(encode);
  throw new TypeError(`Channel ${descriptor.name} does not send the message ${message}.`);
}
