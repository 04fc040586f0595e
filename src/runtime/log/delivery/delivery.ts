import { PostedError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { type Cursor, decodeCursor, encodeCursor, type Position } from '../cursor.ts';
import { createDeviceCursors, type DeviceCursors } from '../device-cursors.ts';
import type { LogEngine } from '../engine.ts';
import type { KnownEvent, SentMessage } from '../event.ts';
import { logUnreadable } from '../log-unreadable.ts';
import type { Tail } from '../tail.ts';
import type { SkipReason } from '../tail-listener.ts';
import { DeviceFences, type DeviceHolder, hasClaimed } from './device-fences.ts';
import { defaultByeSpreadMs } from './durable-options.ts';
import { createFindStart, type FindStart, type StartPosition, type StartRequest } from './find-start.ts';
import { ReplayPages } from './replay-pages.ts';
import { ReplayTurns } from './replay-turns.ts';
import { Subscriber, tickMs } from './subscriber.ts';
import type { SubscriberOptions } from './subscriber-options.ts';
import type { ReplayObserver, SubscriberSource } from './subscriber-source.ts';

export interface DeliveryOptions {
  readonly engine: Pick<
    LogEngine,
    | 'eventsAfter'
    | 'findDeviceCursor'
    | 'saveDeviceCursors'
    | 'claimDevice'
    | 'findDeviceHolder'
    | 'devicesClaimedAfter'
    | 'trimDevices'
  >;
  /** `follow` begins to follow it. */
  readonly tail: FollowedTail;
  readonly log: Log;
  readonly observer: ReplayObserver;
  /** How many devices a user may have; 0, the default, means no limit. */
  readonly maxDevicesPerUser?: number;
  /** The time over which clients return when this node can no longer follow the log. Default: 10,000. */
  readonly byeSpreadMs?: number;
  /** Called when this node can no longer follow the log: close the connections that are not resumable. */
  readonly left?: () => void;
}

/** An acknowledgement that does not come over a connection. */
export interface PostedAck {
  readonly user: string;
  readonly device: string;
  readonly cursor: string;
  /** That of the connection, if it has claimed the device. */
  readonly instance: string | undefined;
}

/** A connection, and how its subscriber sees and serves it. */
export type SubscriberView = Omit<SubscriberOptions, 'user' | 'source'>;

type FollowedTail = Pick<
  Tail,
  'position' | 'epoch' | 'recent' | 'freshness' | 'stopped' | 'follow' | 'refresh' | 'locate'
>;

/** Decides who gets an event. */
export interface EventRouter {
  /** Called for every event, in log order. */
  apply(event: KnownEvent): void;
  /** Called when events will never be applied. */
  reload(): Promise<void>;
}

/** The current state of all resumable connections. */
export interface DeliveryStats {
  readonly resumable: number;
  readonly lagging: number;
  readonly unackedMessages: number;
}

const replayReads = { max: 4, maxPerUser: 1 };
const replayTurns = { turnMs: 1, userCost: 32_768 };

/**
 * Serves resumable connections of any channel: determines where they start, replays what they have missed, and stores
 * what their devices acknowledge.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #tail: FollowedTail;
  readonly #devices: DeviceCursors;
  readonly #fences: DeviceFences;
  readonly #findStart: FindStart;
  readonly #pages: ReplayPages;
  readonly #source: SubscriberSource;
  /** With what each holds, if it has claimed its device. */
  readonly #subscribers = new Map<Subscriber, DeviceHolder | null>();
  readonly #ticker: NodeJS.Timeout;
  readonly #formerEpochs = new Set<string>();
  /** The unknown messages that were logged. */
  readonly #unknownMessages = new Set<string>();
  #epoch: string;
  /** Cached, because many clients acknowledge the same cursor one after another. */
  #lastAck: { readonly text: string; readonly cursor: Cursor | null } = { text: '', cursor: null };

  constructor(options: DeliveryOptions) {
    const { engine, tail, log, observer, maxDevicesPerUser = 0 } = options;
    this.#options = options;
    this.#tail = tail;
    this.#epoch = tail.epoch;
    this.#devices = createDeviceCursors({ engine, log, maxPerUser: maxDevicesPerUser });
    this.#fences = new DeviceFences({ engine, log });
    this.#findStart = createFindStart({ devices: this.#devices, tail, refresh: () => this.refresh() });
    this.#pages = new ReplayPages({ engine, reads: replayReads });
    this.#source = {
      tailPosition: () => tail.position,
      readCount: () => tail.freshness.readCount,
      staleMs: () => Math.round(tail.freshness.staleMs),
      recentAfter: (seq) => tail.recent.after(seq),
      positionBefore: ({ seq }) => ({ seq: seq - 1, mark: tail.recent.markAt(seq - 1) ?? 0 }),
      pages: this.#pages,
      turns: new ReplayTurns(replayTurns),
      unknownMessage: (message) => {
        this.#logUnknown(message);
        return this.#reconnectMs();
      },
      observer,
    };
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#ticker.unref();
  }

  /** Begins to follow the log. The router offers messages to the subscribers. Call it once. */
  follow(router: EventRouter): void {
    this.#tail.follow({
      apply: (event) => {
        this.#pages.apply(event);
        router.apply(event);
      },
      beforeSkip: () => router.reload(),
      skipped: (reason) => this.#resetAll(reason),
      stopped: () => this.#leave(),
      gaveUp: () => this.#leave(),
    });
  }

  /** The text of a cursor in the current history. */
  encodeCursor(position: Position): string {
    return encodeCursor(this.#epoch, position);
  }

  /**
   * Resolves once everything that was in the log at the time of the call is applied. A connection that starts then gets
   * no earlier messages, which its client may have seen on a node that was further ahead.
   *
   * @throws PostedError `unavailable` if the log cannot be read, or has events that only a later version understands
   */
  async refresh(): Promise<void> {
    this.#assertFollowing();
    await this.#tail.refresh();
    this.#assertFollowing();
  }

  /**
   * Determines where a connection starts, and makes its claim to the device. A position that cannot be resumed becomes a
   * reset, never a partial replay. Where a new device starts is stored before this resolves.
   *
   * @throws PostedError `invalid_request` if a value of the request is not valid, `unavailable` as `refresh` does
   */
  async findStart(user: string, request: StartRequest): Promise<StartPosition> {
    this.#assertFollowing();
    return await this.#findStart(user, request);
  }

  /** Starts to serve an open connection. The caller must unsubscribe it when it is closed. */
  subscribe(start: StartPosition, view: SubscriberView): Subscriber {
    const { user, fence, position, resumed, reset } = start;
    const { connection } = view;
    const subscriber = new Subscriber({ user, source: this.#source, ...view });
    if (fence === 'replaced') {
      connection.close('replaced');
      return subscriber;
    }
    const holder = hasClaimed(start) ? { connection, held: start } : null;
    this.#subscribers.set(subscriber, holder);
    subscriber.start({ position: position ?? this.#tail.position, reset, resumed });
    if (holder !== null) this.#fences.add(holder);
    return subscriber;
  }

  unsubscribe(subscriber: Subscriber): void {
    const holder = this.#subscribers.get(subscriber) ?? null;
    if (holder !== null) this.#fences.remove(holder);
    this.#subscribers.delete(subscriber);
    subscriber.end();
  }

  /**
   * Returns whether the subscriber had not acknowledged the cursor before.
   *
   * @throws PostedError `invalid_request` for a cursor that the connection never received
   */
  acknowledge(subscriber: Subscriber, { user, device, fence }: StartPosition, text: string): boolean {
    if (this.#lastAck.text !== text) this.#lastAck = { text, cursor: this.#cursorOf(text) };
    const { cursor } = this.#lastAck;
    if (cursor === null) throw new PostedError('invalid_request', 'the cursor is not from this log');
    // It was on its way when the history changed: the client has been sent a reset.
    if (cursor.epoch !== this.#epoch) return false;
    const isNew = subscriber.acknowledge(cursor.seq);
    if (device !== undefined && fence !== 'replaced') this.#devices.save({ user, device, fence, ...cursor });
    return isNew;
  }

  /**
   * Acknowledges for a device, whichever node its connection is to.
   *
   * @throws PostedError `invalid_request` for a cursor that is not from this log, `unavailable` as `refresh` does
   */
  async acknowledgeFor({ user, device, cursor: text, instance }: PostedAck): Promise<void> {
    const cursor = this.#cursorOf(text);
    if (cursor === null) throw new PostedError('invalid_request', 'the cursor is not from this log');
    if (cursor.epoch !== this.#epoch) return;
    // Another node may be further ahead.
    if (cursor.seq > this.#tail.position.seq) await this.refresh();
    if (cursor.seq > this.#tail.position.seq) {
      throw new PostedError('invalid_request', 'there is nothing at that cursor yet');
    }
    const fence = await this.#fences.fenceOf(user, device, instance);
    if (fence !== 'replaced') this.#devices.save({ user, device, fence, ...cursor });
  }

  stats(): DeliveryStats {
    const all = [...this.#subscribers.keys()];
    return {
      resumable: all.length,
      lagging: all.filter(({ isLagging }) => isLagging).length,
      unackedMessages: all.reduce((sum, { unackedCount }) => sum + unackedCount, 0),
    };
  }

  /** Stores the acks that are not stored yet. */
  async close(): Promise<void> {
    clearInterval(this.#ticker);
    this.#fences.close();
    await this.#devices.close();
  }

  /** Null if the text is not a cursor of a history that this process has followed. */
  #cursorOf(text: string): Cursor | null {
    const decoded = decodeCursor(text);
    if (decoded === null) return null;
    for (const epoch of [this.#epoch, ...this.#formerEpochs]) {
      const mark = decoded.markIn(epoch);
      if (mark !== null) return { epoch, seq: decoded.seq, mark };
    }
    return null;
  }

  #assertFollowing(): void {
    if (this.#tail.freshness.isStale) throw logUnreadable();
    if (this.#tail.stopped === null) return;
    throw new PostedError('unavailable', 'This server is being upgraded. Try again later.', {
      retryAfterMs: 1000,
    });
  }

  #resetAll(reason: SkipReason): void {
    if (this.#epoch !== this.#tail.epoch) {
      this.#formerEpochs.add(this.#epoch);
      this.#epoch = this.#tail.epoch;
    }
    this.#pages.clear();
    for (const subscriber of this.#subscribers.keys()) subscriber.reset(reason);
  }

  /** Clients may find a node that follows the log. */
  #leave(): void {
    for (const subscriber of this.#subscribers.keys()) subscriber.leave(this.#reconnectMs());
    this.#options.left?.();
  }

  /** Clients that are sent away together return one after another. */
  #reconnectMs(): number {
    return Math.floor(Math.random() * (this.#options.byeSpreadMs ?? defaultByeSpreadMs));
  }

  /** Once: a client whose reconnections find no other server meets it again and again. */
  #logUnknown({ channel, message, seq }: SentMessage): void {
    const name = `${channel}.${message}`;
    if (this.#unknownMessages.has(name)) return;
    this.#unknownMessages.add(name);
    this.#options.log.warn(
      { channel, message, seq },
      'this version does not know a message of the log, and sends clients that subscribed to it to other servers: upgrade this server',
    );
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#pages.tick(nowMs);
    for (const subscriber of this.#subscribers.keys()) subscriber.tick(nowMs);
  }
}
