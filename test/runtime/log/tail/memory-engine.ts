import { randomUUID } from 'node:crypto';
import type { LogEngine, LogState, PageLimits } from '../../../../src/runtime/log/engine.ts';
import type { LogEvent, MessageEvent } from '../../../../src/runtime/log/event.ts';
import { newMark } from '../../../../src/runtime/log/new-mark.ts';

/** A log in memory that can lose events and fail, as a database does that fails over to a replica. */
export class MemoryEngine implements Pick<LogEngine, 'state' | 'eventsAfter' | 'beginEpoch'> {
  events: readonly LogEvent[] = [];
  epoch = randomUUID();
  floor = { seq: 0, mark: 0 };
  /** Rejects all reads while it is set. */
  failure: Error | null = null;
  /** Called once, after the next call of `state` has read. */
  afterState: () => void = () => {};
  /** The seqs of each call of `state`. */
  readonly stateReads: (readonly number[])[] = [];
  /** The number of calls of `eventsAfter`. */
  eventReads = 0;
  onState: () => void = () => {};

  get headSeq(): number {
    return this.events.at(-1)?.seq ?? this.floor.seq;
  }

  append(fields: Partial<MessageEvent> = {}): LogEvent {
    return this.add({
      seq: this.headSeq + 1,
      mark: newMark(),
      createdAtMs: 0,
      kind: 'message',
      channel: 'news',
      message: 'article',
      topic: 'ann',
      also: [],
      entity: null,
      payload: '{}',
      revises: null,
      ...fields,
    });
  }

  appendUnknown(requires: string | null): LogEvent {
    return this.add({
      seq: this.headSeq + 1,
      mark: newMark(),
      createdAtMs: 0,
      kind: 'unknown',
      name: 'revocation',
      requires,
    });
  }

  /** Drops the newest events, as a failover to a replica does that has not received them. */
  loseAfter(seq: number): void {
    this.events = this.events.filter((event) => event.seq <= seq);
  }

  pruneTo(seq: number): void {
    this.floor = { seq, mark: this.events.find((event) => event.seq === seq)?.mark ?? 0 };
    this.events = this.events.filter((event) => event.seq > seq);
  }

  async state(seqs: readonly number[]): Promise<LogState> {
    this.stateReads.push(seqs);
    this.onState();
    this.#check();
    const marks = new Map([[this.floor.seq, this.floor.mark]]);
    for (const { seq, mark } of this.events) {
      if (seqs.includes(seq) || seq === this.headSeq) marks.set(seq, mark);
    }
    const state = { epoch: this.epoch, floorSeq: this.floor.seq, headSeq: this.headSeq, nowMs: 0, marks };
    const { afterState } = this;
    this.afterState = () => {};
    afterState();
    return state;
  }

  async eventsAfter(afterSeq: number, { maxEvents }: PageLimits): Promise<readonly LogEvent[]> {
    this.eventReads += 1;
    this.#check();
    return this.events.filter(({ seq }) => seq > afterSeq).slice(0, maxEvents);
  }

  async beginEpoch(epoch: string): Promise<string> {
    this.#check();
    if (epoch === this.epoch) this.epoch = randomUUID();
    return this.epoch;
  }

  add(event: LogEvent): LogEvent {
    this.events = [...this.events, event];
    return event;
  }

  #check(): void {
    if (this.failure !== null) throw this.failure;
  }
}
