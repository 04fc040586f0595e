import type { Connection, Encoded } from 'posted/server';
import { PostedError } from 'posted/server';
import { type FeedEvent, isLive, type LivePost } from '../store/event.ts';
import { UnackedPosts } from './unacked-posts.ts';

/** Why a replay is impossible: the events after the client's cursor are not in this log. */
export type ResetReason = 'expired' | 'epoch' | 'future';

/** How a replay ended: it caught up, its events had expired, its client left, or the log could not be read. */
export type ReplayOutcome = 'live' | 'expired' | 'gone' | 'failed';

export interface SubscriberStart {
  /** Everything after it is sent. */
  readonly seq: number;
  /** Why the client cannot resume after its cursor; null if it can. */
  readonly reset: ResetReason | null;
  /** Whether the client resumes after a cursor. */
  readonly resumed: boolean;
}

/** The channel, as its subscribers see it. The messages are encoded; null if one breaks the contract. */
export interface SubscriberChannel<State> {
  /** Whether a connection with this state may see a post of the past, by today's friendships. */
  canSee(state: State, author: string, seq: number): boolean;
  encodeReady(seq: number, resumed: boolean): Encoded | null;
  encodePost(post: LivePost): Encoded | null;
  encodeCheckpoint(seq: number): Encoded | null;
  encodeReset(seq: number, reason: ResetReason): Encoded | null;
  encodeBye(retryAfterMs: number): Encoded | null;
}

/** Where all subscribers read events, and where they report their replays. */
export interface ReplaySource {
  /** The seq of the last event that the hub has applied. */
  tailSeq(): number;
  /** The events after `afterSeq` if all of them are in memory, otherwise null. */
  recentAfter(afterSeq: number): Iterable<FeedEvent> | null;
  readLog(afterSeq: number): Promise<readonly FeedEvent[] | 'expired'>;
  readonly observer: {
    replayEnded(outcome: ReplayOutcome): void;
    resetSent(reason: ResetReason): void;
  };
}

/** How many posts may be unacknowledged, once a client acknowledges. */
export const windowSize = 256;

/** A fuller socket is left to drain. Far below the limit at which the connection is closed. */
const maxBufferedBytes = 262_144;

/**
 * The server's side of a resumable connection: a cursor over the log. While it is live, the hub offers it
 * each post. When the window or the socket is full it lags: nothing is queued for it, only its position is
 * kept. Acks and the drained socket resume the replay, from memory or the log, until it has caught up and
 * goes live in the same turn.
 */
export class Subscriber<State> {
  readonly #connection: Connection<unknown, State>;
  readonly #channel: SubscriberChannel<State>;
  readonly #source: ReplaySource;
  #unacked = new UnackedPosts();
  /** The last event that was sent or that the client does not get. Not updated for the latter while live. */
  #seq = 0;
  #isLive = false;
  #isReplaying = false;
  #isEnded = false;
  #lastSentMs = performance.now();
  /** What was buffered at the last tick, and since when that has not changed. */
  #bufferedBytes = 0;
  #bufferedSinceMs = performance.now();

  constructor(
    connection: Connection<unknown, State>,
    channel: SubscriberChannel<State>,
    source: ReplaySource,
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#source = source;
  }

  get isLagging(): boolean {
    return !this.#isLive;
  }

  get unackedCount(): number {
    return this.#unacked.size;
  }

  /** Sends the first frames, and what the client has missed. */
  start({ seq, reset, resumed }: SubscriberStart): void {
    this.#seq = seq;
    this.#send(this.#channel.encodeReady(seq, resumed));
    if (reset !== null) this.#sendReset(reset);
    void this.#replay();
  }

  /**
   * Sends a post that this subscriber may see, unless it lags. Called in seq order.
   *
   * @param nowMs `performance.now()`, read once for all subscribers
   */
  offer(post: LivePost, nowMs: number): void {
    if (!this.#isLive || post.seq <= this.#seq) return;
    if (!this.#hasRoom()) {
      this.#isLive = false;
      this.#seq = post.seq - 1;
      return;
    }
    this.#sendPost(post, nowMs);
  }

  /**
   * The client has processed everything up to `seq`.
   *
   * @throws PostedError `invalid_request` for a seq that was never sent
   */
  acknowledge(seq: number): void {
    if (seq > this.#position()) {
      throw new PostedError('invalid_request', 'this connection never received that cursor');
    }
    this.#unacked.acknowledge(seq);
    void this.#replay();
  }

  /** The socket has taken everything that was buffered. */
  drained(): void {
    void this.#replay();
  }

  /** Called about once a second, with `performance.now()`. */
  tick(nowMs: number, { ackTimeoutMs, checkpointMs }: { ackTimeoutMs: number; checkpointMs: number }): void {
    if (this.#unacked.isOverdue(nowMs - ackTimeoutMs) || this.#isStuck(nowMs, nowMs - ackTimeoutMs)) {
      this.#connection.close('slowConsumer');
    } else if (this.#isLive && nowMs - this.#lastSentMs >= checkpointMs) {
      this.#lastSentMs = nowMs;
      this.#send(this.#channel.encodeCheckpoint(this.#position()));
    }
  }

  /** Continues at the tail: the events before it are no longer available. */
  reset(reason: ResetReason): void {
    this.#seq = this.#source.tailSeq();
    this.#unacked = new UnackedPosts();
    this.#sendReset(reason);
    void this.#replay();
  }

  /** Asks the client to reconnect after that time. */
  sendBye(retryAfterMs: number): void {
    this.#send(this.#channel.encodeBye(retryAfterMs));
  }

  end(): void {
    this.#isEnded = true;
    if (!this.#isLive) this.#source.observer.replayEnded('gone');
  }

  /** The client has been sent everything that it may see up to this seq. */
  #position(): number {
    return this.#isLive ? Math.max(this.#seq, this.#source.tailSeq()) : this.#seq;
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

  #hasRoom(): boolean {
    return !this.#unacked.isFull(windowSize) && this.#connection.buffersLessThan(maxBufferedBytes);
  }

  async #replay(): Promise<void> {
    if (this.#isLive || this.#isReplaying || this.#isEnded) return;
    this.#isReplaying = true;
    try {
      while (!this.#isEnded && this.#hasRoom()) {
        const recent = this.#source.recentAfter(this.#seq);
        if (recent !== null) {
          if (!this.#sendAll(recent)) return;
          this.#isLive = true;
          this.#source.observer.replayEnded('live');
          return;
        }
        const afterSeq = this.#seq;
        const events = await this.#source.readLog(afterSeq);
        if (this.#isEnded) return;
        // A reset has moved the position meanwhile: these events precede it.
        if (this.#seq !== afterSeq) continue;
        if (events === 'expired' || events.length === 0) this.#expire();
        else if (!this.#sendAll(events)) return;
      }
    } catch {
      // The store has logged the reason. The client reconnects and resumes after its cursor.
      this.#source.observer.replayEnded('failed');
      this.#connection.close('slowConsumer');
    } finally {
      this.#isReplaying = false;
    }
  }

  /** Returns false if there was no room for all of them. */
  #sendAll(events: Iterable<FeedEvent>): boolean {
    const tailSeq = this.#source.tailSeq();
    const nowMs = performance.now();
    for (const event of events) {
      // The hub has not applied it yet: the friendships known here may not be those at the event.
      if (event.seq > tailSeq) return true;
      if (!this.#hasRoom()) return false;
      if (isLive(event) && this.#channel.canSee(this.#connection.state, event.author, event.seq)) {
        this.#sendPost(event, nowMs);
      } else {
        this.#seq = event.seq;
      }
    }
    return true;
  }

  #expire(): void {
    this.#source.observer.replayEnded('expired');
    this.#seq = this.#source.tailSeq();
    this.#sendReset('expired');
  }

  #sendReset(reason: ResetReason): void {
    this.#source.observer.resetSent(reason);
    this.#send(this.#channel.encodeReset(this.#seq, reason));
  }

  #sendPost(post: LivePost, nowMs: number): void {
    this.#seq = post.seq;
    if (!this.#send(this.#channel.encodePost(post))) return;
    this.#lastSentMs = nowMs;
    this.#unacked.add(post.seq, nowMs);
  }

  #send(encoded: Encoded | null): boolean {
    return encoded !== null && this.#connection.sendEncoded(encoded);
  }
}
