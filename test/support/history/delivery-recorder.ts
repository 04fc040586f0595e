import type {
  DeliveryHistory,
  IntendedWrite,
  Link,
  LoggedEvent,
  MembershipChange,
  Operation,
  ReaderHistory,
  ReaderLife,
  ReceivedMessage,
  ReceivedReset,
} from './delivery-history.ts';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A write that had no effect, and never will. */
export const refused = Symbol('refused');

/** Records the history of a run by its own clock. */
export class DeliveryRecorder {
  readonly #startMs = performance.now();
  readonly #writes = new Set<IntendedWrite>();
  readonly #memberships: MembershipChange[] = [];
  readonly #epochBumps: Operation[] = [];
  readonly #readers: ReaderRecorder[] = [];
  readonly #retentionMs: number | null;

  constructor(retentionSeconds: number | null) {
    this.#retentionMs = retentionSeconds === null ? null : 1000 * retentionSeconds;
  }

  /** Milliseconds since the run began. */
  nowMs(): number {
    return performance.now() - this.#startMs;
  }

  /**
   * `execute` resolves with the answer, with null if it got none, or with `refused` if the write was certainly refused.
   * Answers that are text name the entity.
   */
  async write<Answer>(
    id: string,
    execute: () => Promise<Answer | null | typeof refused>,
  ): Promise<Answer | null> {
    const write: Mutable<IntendedWrite> = { id, entity: null, sentMs: this.nowMs(), answeredMs: null };
    this.#writes.add(write);
    const answer = await execute();
    if (answer === refused) {
      this.#writes.delete(write);
      return null;
    }
    if (answer !== null) write.answeredMs = this.nowMs();
    if (typeof answer === 'string') write.entity = answer;
    return answer;
  }

  async changeMembership(
    change: Omit<MembershipChange, keyof Operation>,
    execute: () => Promise<unknown>,
  ): Promise<void> {
    await this.#operate(this.#memberships, change, execute);
  }

  async bumpEpoch(execute: () => Promise<void>): Promise<void> {
    await this.#operate(this.#epochBumps, {}, () => execute().then(() => true));
  }

  reader(identity: ReaderIdentity): ReaderRecorder {
    const recorder = new ReaderRecorder(identity, () => this.nowMs());
    this.#readers.push(recorder);
    return recorder;
  }

  get counts(): { readonly posts: number; readonly seen: number } {
    const seen = this.#readers.reduce((sum, reader) => sum + reader.received, 0);
    return { posts: this.#writes.size, seen };
  }

  historyWith(events: readonly LoggedEvent[]): DeliveryHistory {
    return {
      retentionMs: this.#retentionMs,
      events,
      writes: [...this.#writes],
      memberships: this.#memberships,
      epochBumps: this.#epochBumps,
      readers: this.#readers.map(({ history }) => history),
    };
  }

  async #operate<Kind extends object>(
    operations: (Kind & Operation)[],
    kind: Kind,
    execute: () => Promise<unknown>,
  ): Promise<void> {
    const operation: Kind & Mutable<Operation> = { ...kind, sentMs: this.nowMs(), answeredMs: null };
    operations.push(operation);
    if ((await execute()) !== null) operation.answeredMs = this.nowMs();
  }
}

export type ReaderIdentity = Omit<ReaderHistory, 'beganMs' | 'snapshot' | 'hasLeft' | 'links' | 'lives'>;

/** Records the history of one reader. */
export class ReaderRecorder {
  readonly #identity: ReaderIdentity;
  readonly #nowMs: () => number;
  readonly #beganMs: number;
  readonly #links: Link[] = [];
  readonly #lives: ReaderLife[] = [];
  #snapshot: readonly string[] | null = null;
  #hasLeft = false;

  constructor(identity: ReaderIdentity, nowMs: () => number) {
    this.#identity = identity;
    this.#nowMs = nowMs;
    this.#beganMs = nowMs();
  }

  get history(): ReaderHistory {
    return {
      ...this.#identity,
      beganMs: this.#beganMs,
      snapshot: this.#snapshot,
      hasLeft: this.#hasLeft,
      links: this.#links,
      lives: this.#lives,
    };
  }

  /** The number of messages received so far. */
  get received(): number {
    return this.#lives.reduce((sum, { received }) => sum + received.length, 0);
  }

  /** Call it with the ids of the messages that a snapshot contained. */
  loaded(snapshot: readonly string[]): void {
    this.#snapshot = snapshot;
  }

  left(): void {
    this.#hasLeft = true;
  }

  /** Call it before a connection is made, and the returned function when it has ended. */
  link(): () => void {
    const link: Mutable<Link> = { fromMs: this.#nowMs(), toMs: null };
    this.#links.push(link);
    return () => {
      link.toMs = this.#nowMs();
    };
  }

  /** Call it when a process starts, whose cursor has certainly passed the message with that id. */
  begin(resumedAfter: string | null): LifeRecorder {
    const [received, resets]: [ReceivedMessage[], ReceivedReset[]] = [[], []];
    this.#lives.push({ resumedAfter, received, resets });
    return {
      received: (id, content) => void received.push({ atMs: this.#nowMs(), id, content }),
      wasReset: (reason) => void resets.push({ atMs: this.#nowMs(), reason }),
    };
  }
}

export interface LifeRecorder {
  received(id: string, content: string): void;
  wasReset(reason: ReceivedReset['reason']): void;
}
