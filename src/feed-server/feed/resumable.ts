import { PostedError } from 'posted/server';
import { type FeedEvent, isLive, type LivePost } from '../store/event.ts';
import { Unacked } from './unacked.ts';

/** Why a replay cannot be given: what was asked for is no longer there. */
export type ResetReason = 'expired' | 'epoch' | 'future';

/** Where a resumable connection begins. */
export interface Start {
  /** Everything above it is to be sent. */
  readonly seq: number;
  /** Why it is not where the client asked to begin; null if it is. */
  readonly reset: ResetReason | null;
  /** Whether the client named a place. */
  readonly resumed: boolean;
}

/** The connection, as its subscriber sees it. Every `send` is false once the connection is closing. */
export interface Line {
  readonly bufferedBytes: number;
  /** Whether that is below `bytes`. */
  buffersLessThan(bytes: number): boolean;
  /** Whether its user may see a post, by who is whose friend now. */
  canSee(author: string, seq: number): boolean;
  sendReady(seq: number, resumed: boolean): boolean;
  sendPost(post: LivePost): boolean;
  sendCheckpoint(seq: number): boolean;
  sendReset(seq: number, reason: ResetReason): boolean;
  sendBye(retryAfterMs: number): boolean;
  /** Closes it as one that reads too slowly: the client is to connect again, from its cursor. */
  closeSlow(): void;
}

/** What all subscribers share: the log, and who is told how their replays went. */
export interface ReplaySource {
  /** The seq of the last event that the hub has applied. */
  tailSeq(): number;
  /** The events above `afterSeq` that are in memory, if all are; else null. */
  recentAfter(afterSeq: number): Iterable<FeedEvent> | null;
  readLog(afterSeq: number): Promise<readonly FeedEvent[] | 'expired'>;
  readonly observer: {
    replayEnded(outcome: ReplayOutcome): void;
    resetSent(reason: ResetReason): void;
  };
}

/** How a replay ended: it caught up, its place was gone, its client went away, or the log could not be read. */
export type ReplayOutcome = 'live' | 'expired' | 'gone' | 'failed';

/** How many posts a client that acknowledges may have unacknowledged. */
export const windowSize = 256;

/** Above this the socket is left to drain: far below the limit at which a connection is closed. */
const maxBufferedBytes = 262_144;

/**
 * A connection that is a cursor over the log. While it is live, the hub hands it each post. When the
 * window or the socket is full it lags: nothing is queued for it, only its place is kept, and acks or
 * the drained socket pull what it missed out of memory or the log, until it has caught up and is live
 * again in the same turn.
 */
export class ResumableSubscriber {
  readonly #line: Line;
  readonly #source: ReplaySource;
  #unacked = new Unacked();
  /** The last event that was sent or passed over; what the hub applies counts as passed over while live. */
  #seq = 0;
  #isLive = false;
  #isPulling = false;
  #isEnded = false;
  #quietSinceMs = performance.now();
  /** What was buffered at the last tick, and since when it is the same. */
  #bufferedBytes = 0;
  #bufferedSinceMs = performance.now();

  constructor(line: Line, source: ReplaySource) {
    this.#line = line;
    this.#source = source;
  }

  get isLagging(): boolean {
    return !this.#isLive;
  }

  get unackedCount(): number {
    return this.#unacked.size;
  }

  /** Sends the first frames, and what the client has missed. */
  start({ seq, reset, resumed }: Start): void {
    this.#seq = seq;
    this.#line.sendReady(seq, resumed);
    if (reset !== null) this.#sendReset(reset);
    void this.#pull();
  }

  /**
   * A post that this subscriber may see, handed over by the hub in the order of seq.
   *
   * @param nowMs performance.now(), asked once for all subscribers
   */
  offer(post: LivePost, nowMs: number): void {
    if (!this.#isLive || post.seq <= this.#seq) return;
    if (!this.#hasRoom()) {
      this.#isLive = false;
      this.#seq = post.seq - 1;
      return;
    }
    this.#send(post, nowMs);
  }

  /**
   * Everything up to `seq` is processed.
   *
   * @throws PostedError `invalid_request` for a place that was never sent
   */
  acknowledge(seq: number): void {
    if (seq > this.#place()) {
      throw new PostedError('invalid_request', '/cursor is none that this connection was sent');
    }
    this.#unacked.acknowledge(seq);
    void this.#pull();
  }

  /** The socket has taken all that was queued. */
  drained(): void {
    void this.#pull();
  }

  /** Called about once a second. */
  tick(nowMs: number, { ackTimeoutMs, checkpointMs }: { ackTimeoutMs: number; checkpointMs: number }): void {
    if (this.#unacked.isOverdue(nowMs - ackTimeoutMs) || this.#isStuck(nowMs, nowMs - ackTimeoutMs)) {
      this.#line.closeSlow();
    } else if (this.#isLive && nowMs - this.#quietSinceMs >= checkpointMs) {
      this.#quietSinceMs = nowMs;
      this.#line.sendCheckpoint(this.#place());
    }
  }

  /** Nothing is queued while it lags, so that what is buffered goes down if anybody reads. */
  #isStuck(nowMs: number, beforeMs: number): boolean {
    const { bufferedBytes } = this.#line;
    if (this.#isLive || bufferedBytes === 0 || bufferedBytes !== this.#bufferedBytes) {
      this.#bufferedBytes = bufferedBytes;
      this.#bufferedSinceMs = nowMs;
    }
    return this.#bufferedSinceMs < beforeMs;
  }

  /** What is between this subscriber and the tail is not to be had any more. */
  cut(reason: ResetReason): void {
    this.#seq = this.#source.tailSeq();
    this.#unacked = new Unacked();
    this.#sendReset(reason);
    void this.#pull();
  }

  sayBye(retryAfterMs: number): void {
    this.#line.sendBye(retryAfterMs);
  }

  end(): void {
    this.#isEnded = true;
    if (!this.#isLive) this.#source.observer.replayEnded('gone');
  }

  /** Up to where this subscriber has been given everything. */
  #place(): number {
    return this.#isLive ? Math.max(this.#seq, this.#source.tailSeq()) : this.#seq;
  }

  #hasRoom(): boolean {
    return !this.#unacked.isFull(windowSize) && this.#line.buffersLessThan(maxBufferedBytes);
  }

  #send(post: LivePost, nowMs: number): void {
    this.#seq = post.seq;
    if (!this.#line.sendPost(post)) return;
    this.#quietSinceMs = nowMs;
    this.#unacked.sent(post.seq, nowMs);
  }

  async #pull(): Promise<void> {
    if (this.#isLive || this.#isPulling || this.#isEnded) return;
    this.#isPulling = true;
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
        // A cut has moved the place meanwhile: these events are of before.
        if (this.#seq !== afterSeq) continue;
        if (events === 'expired' || events.length === 0) this.#reset('expired');
        else if (!this.#sendAll(events)) return;
      }
    } catch {
      // The store's own log says why; the client comes back to its cursor.
      this.#source.observer.replayEnded('failed');
      this.#line.closeSlow();
    } finally {
      this.#isPulling = false;
    }
  }

  /** False if there was no room for all of them. */
  #sendAll(events: Iterable<FeedEvent>): boolean {
    const tailSeq = this.#source.tailSeq();
    const nowMs = performance.now();
    for (const event of events) {
      // What the hub has not applied yet could be judged by friends of another time.
      if (event.seq > tailSeq) return true;
      if (!this.#hasRoom()) return false;
      if (isLive(event) && this.#line.canSee(event.author, event.seq)) {
        this.#send(event, nowMs);
      } else {
        this.#seq = event.seq;
      }
    }
    return true;
  }

  #reset(reason: ResetReason): void {
    this.#source.observer.replayEnded('expired');
    this.#seq = this.#source.tailSeq();
    this.#sendReset(reason);
  }

  #sendReset(reason: ResetReason): void {
    this.#source.observer.resetSent(reason);
    this.#line.sendReset(this.#seq, reason);
  }
}
