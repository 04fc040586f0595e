import type { Encoded } from '../../server/handlers.ts';
import { PostedError } from '../../shared/errors.ts';
import type { Position } from '../cursor.ts';
import { isSent, type LogEvent, type SentMessage } from '../event.ts';
import type { ResetReason } from '../tail-listener.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import { Replay, type ReplayTarget } from './replay.ts';
import type { SubscriberFrames, SubscriberLimits } from './subscriber-frames.ts';
import type { SubscriberConnection, SubscriberOptions, SubscriberStart } from './subscriber-options.ts';
import type { SubscriberSource } from './subscriber-source.ts';
import { UnackedMessages } from './unacked-messages.ts';
import type { Visibility } from './visibility.ts';

/** How often `tick` is called. */
export const tickMs = 1000;

/** A fuller socket is left to drain. Far below the limit at which the connection is closed. */
const maxBufferedBytes = 262_144;

/**
 * The server's side of a resumable connection: a cursor over the log. While it is live, it is offered each message.
 * When the window or the socket is full it lags: nothing is queued for it, only its position is kept. Acks and the
 * drained socket resume the replay, until it has caught up and goes live in the same turn.
 */
export class Subscriber implements ReplayTarget {
  readonly user: string;
  readonly #connection: SubscriberConnection;
  readonly #visibility: Visibility;
  readonly #frames: SubscriberFrames;
  readonly #source: SubscriberSource;
  readonly #policy: DeliveryPolicy;
  readonly #replay: Replay;
  readonly #limits: SubscriberLimits;
  readonly #hasStatedWindow: boolean;
  #unacked: UnackedMessages;
  /** The last event that was sent or that the client does not get. Not updated for the latter while live. */
  #seq = 0;
  #mark = 0;
  /** Whether the client has no cursor for the position, because the last event was skipped. */
  #hasSkipped = false;
  #isLive = false;
  /** When the client was last sent a frame with a cursor. */
  #lastSentMs = performance.now();
  /** When it was last sent `alive`. */
  #lastAliveMs = 0;
  /** The read count at the last checkpoint. */
  #readCount: number;
  /** What was buffered at the last tick, and since when that has not changed. */
  #bufferedBytes = 0;
  #bufferedSinceMs = performance.now();

  constructor({ user, connection, visibility, frames, source, policy, window }: SubscriberOptions) {
    this.user = user;
    this.#connection = connection;
    this.#visibility = visibility;
    this.#frames = frames;
    this.#source = source;
    this.#policy = policy;
    this.#limits = {
      window: Math.min(policy.window, typeof window === 'number' ? window : policy.window),
      heartbeatMs: window === undefined ? null : policy.heartbeatMs,
    };
    this.#hasStatedWindow = typeof window === 'number';
    this.#unacked = this.#trackUnacked();
    this.#replay = new Replay(this, source);
    this.#readCount = source.readCount();
  }

  get isLagging(): boolean {
    return !this.#isLive;
  }

  get unackedCount(): number {
    return this.#unacked.size;
  }

  /** Sends the first frames, and what the client has missed. */
  start({ position, reset, resumed }: SubscriberStart): void {
    this.#moveTo(position);
    this.#send(this.#frames.ready(position, resumed, this.#limits));
    if (reset !== null) this.#sendReset(reset);
    this.#resume();
  }

  /**
   * Sends a message of its channel that this subscriber may see, unless it lags. Called in seq order.
   *
   * @param nowMs `performance.now()`, read once for all subscribers
   */
  offer(message: SentMessage, nowMs: number): void {
    if (!this.#isLive || message.seq <= this.#seq) return;
    if (!this.hasRoom) {
      if (this.#policy.slowReader === 'close') {
        this.#connection.close('slowConsumer');
        return;
      }
      this.#isLive = false;
      this.#moveTo(this.#source.positionBefore(message));
      return;
    }
    if (this.#frames.knows(message)) this.#sendMessage(message, nowMs);
    else this.#leaveBefore(message);
  }

  /**
   * The client has processed everything up to `seq`. Returns whether it had not said so before.
   *
   * @throws PostedError `invalid_request` for a seq that was never sent
   */
  acknowledge(seq: number): boolean {
    if (seq > this.#currentPosition().seq) {
      throw new PostedError('invalid_request', 'this connection never received that cursor');
    }
    const isNew = this.#unacked.acknowledge(seq, performance.now());
    this.#resume();
    return isNew;
  }

  /** The socket has taken everything that was buffered. */
  drained(): void {
    this.#resume();
  }

  /** Called about once a second, with `performance.now()`. */
  tick(nowMs: number): void {
    const { ackTimeoutMs, checkpointMs } = this.#policy;
    if (this.#unacked.isOverdue(nowMs - ackTimeoutMs) || this.#isStuck(nowMs, nowMs - ackTimeoutMs)) {
      this.#connection.close('slowConsumer');
      return;
    }
    if (this.#isLive && nowMs - this.#lastSentMs >= checkpointMs) {
      // A node that cannot read its log must not claim that nothing is new.
      const readCount = this.#source.readCount();
      if (readCount !== this.#readCount) this.#sendCheckpoint(nowMs);
      this.#readCount = readCount;
    }
    this.#sendAlive(nowMs);
  }

  /** Continues at the tail: the events before it are no longer available. */
  reset(reason: ResetReason): void {
    this.#moveTo(this.#source.tailPosition());
    this.#unacked = this.#trackUnacked();
    this.#sendReset(reason);
    this.#resume();
  }

  /** Asks the client to reconnect after that time. */
  sendBye(retryAfterMs: number): void {
    this.#send(this.#frames.bye(retryAfterMs));
  }

  /** Sends the client to another server, which it connects to after that time. */
  leave(retryAfterMs: number): void {
    this.sendBye(retryAfterMs);
    this.#connection.close('tryAgainLater');
  }

  end(): void {
    this.#replay.stop();
    if (!this.#isLive) this.#source.observer.replayEnded('gone');
  }

  get position(): Position {
    return { seq: this.#seq, mark: this.#mark };
  }

  get hasRoom(): boolean {
    return !this.#unacked.isFull(this.#limits.window) && this.#connection.buffersLessThan(maxBufferedBytes);
  }

  take(event: LogEvent, nowMs: number): number | null {
    if (event.kind === 'leave' && this.#visibility.hasRejoined(event)) {
      // What it could see of the topic before it left cannot be told from what it could not.
      this.expired();
      return null;
    }
    if (!this.#canSee(event)) {
      this.#moveTo(event);
      this.#hasSkipped = true;
      return 0;
    }
    if (this.#frames.knows(event)) return this.#sendMessage(event, nowMs);
    this.#leaveBefore(event);
    return null;
  }

  pageEnded(): void {
    if (this.#hasSkipped) this.#sendCheckpoint(performance.now());
  }

  caughtUp(): void {
    this.pageEnded();
    this.#isLive = true;
    this.#source.observer.replayEnded('live');
  }

  expired(): void {
    this.#source.observer.replayEnded('expired');
    this.#moveTo(this.#source.tailPosition());
    this.#sendReset('expired');
  }

  failed(): void {
    this.#replay.stop();
    this.#source.observer.replayEnded('failed');
    this.#connection.close('slowConsumer');
  }

  /** Its cursor must not move past the message, which its client would never get. */
  #leaveBefore(message: SentMessage): void {
    this.#replay.stop();
    this.leave(this.#source.unknownMessage(message));
  }

  #resume(): void {
    if (!this.#isLive) this.#replay.resume();
  }

  /** The client has been sent everything that it may see up to here. */
  #currentPosition(): Position {
    const tail = this.#source.tailPosition();
    return this.#isLive && tail.seq > this.#seq ? tail : this.position;
  }

  #moveTo({ seq, mark }: Position): void {
    this.#seq = seq;
    this.#mark = mark;
  }

  /** Nothing is queued while it lags, so the buffer shrinks if the client reads at all. */
  #isStuck(nowMs: number, beforeMs: number): boolean {
    const { bufferedBytes } = this.#connection;
    if (this.#isLive || bufferedBytes === 0 || bufferedBytes !== this.#bufferedBytes) {
      this.#bufferedBytes = bufferedBytes;
      this.#bufferedSinceMs = nowMs;
    }
    return this.#bufferedSinceMs < beforeMs;
  }

  #trackUnacked(): UnackedMessages {
    return new UnackedMessages(this.#hasStatedWindow);
  }

  #canSee(event: LogEvent): event is SentMessage {
    return isSent(event) && this.#visibility.canSee(event);
  }

  #sendCheckpoint(nowMs: number): void {
    this.#hasSkipped = false;
    this.#lastSentMs = nowMs;
    this.#send(this.#frames.checkpoint(this.#currentPosition()));
  }

  /** Whether it is live or lags: silence then means that the connection is lost. */
  #sendAlive(nowMs: number): void {
    const { heartbeatMs } = this.#limits;
    if (heartbeatMs === null || nowMs + tickMs - Math.max(this.#lastSentMs, this.#lastAliveMs) < heartbeatMs)
      return;
    this.#lastAliveMs = nowMs;
    this.#send(this.#frames.alive(this.#source.staleMs()));
  }

  #sendReset(reason: ResetReason): void {
    this.#hasSkipped = false;
    this.#source.observer.resetSent(reason);
    this.#send(this.#frames.reset(this.#currentPosition(), reason));
  }

  /** Returns how many bytes were sent. */
  #sendMessage(message: SentMessage, nowMs: number): number {
    this.#moveTo(message);
    const frame = this.#frames.message(message);
    this.#hasSkipped = !this.#send(frame);
    if (frame === null || this.#hasSkipped) return 0;
    this.#lastSentMs = nowMs;
    this.#unacked.add(message.seq, nowMs);
    return frame.bytes;
  }

  #send(encoded: Encoded | null): boolean {
    return encoded !== null && this.#connection.sendEncoded(encoded);
  }
}
