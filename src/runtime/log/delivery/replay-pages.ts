import { isChange } from '../changed-event.ts';
import { readContinuation } from '../continuation.ts';
import type { Position } from '../cursor.ts';
import type { LogEngine, PageLimits } from '../engine.ts';
import type { LogEvent, MessageEvent } from '../event.ts';
import { FairSlots, type FairSlotsLimits } from '../fair-slots.ts';
import { ReplayPage } from './replay-page.ts';

export interface ReplayPagesOptions {
  readonly engine: Pick<LogEngine, 'eventsAfter'>;
  /** Of reads at the same time. */
  readonly reads: FairSlotsLimits;
  /** An estimate of the memory that pages may take, in bytes. Default: 67,108,864. */
  readonly maxMemory?: number;
}

interface PendingRead {
  page: Promise<ReplayPage | null>;
  /** Changes that were applied since it began. What is read may be older than they are. */
  readonly changes: (MessageEvent & { readonly entity: string })[];
  readonly reservedMemory: number;
  /** The subscribers that wait for it. */
  holders: number;
}

const keptLimits: PageLimits = { maxEvents: 500, maxBytes: 1_048_576 };
/** About as much as an empty socket takes, so that little of the page has to be read again. */
const unkeptLimits: PageLimits = { maxEvents: 100, maxBytes: 262_144 };
/** Before it is read, a page of any content may be this large. */
const reservedMemory = 4 * keptLimits.maxBytes;
const maxIdleMs = 10_000;

/**
 * The pages of the log that replays read. A page is shared by all subscribers whose positions are in it, and stays while
 * they use it, however slowly: nothing is read again. Beyond `maxMemory`, smaller pages are read and not kept.
 */
export class ReplayPages {
  readonly #engine: Pick<LogEngine, 'eventsAfter'>;
  readonly #slots: FairSlots;
  readonly #maxMemory: number;
  /** The least recently used first. */
  readonly #pages = new Set<ReplayPage>();
  /** Those that have begun, by position. */
  readonly #pending = new Map<string, PendingRead>();
  #memory = 0;

  constructor({ engine, reads, maxMemory = 67_108_864 }: ReplayPagesOptions) {
    this.#engine = engine;
    this.#slots = new FairSlots(reads);
    this.#maxMemory = maxMemory;
  }

  /** A page in memory with the event after the position, which the caller must release; null if no page has it. */
  find(position: Position): ReplayPage | null {
    for (const page of this.#pages) {
      if (!page.continues(position)) continue;
      page.holders += 1;
      page.lastUsedMs = performance.now();
      this.#pages.delete(page);
      this.#pages.add(page);
      return page;
    }
    return null;
  }

  /**
   * The page with the event after the position, which the caller must release; null if the events were pruned, or belong
   * to another history than the position. Rejects as the engine does.
   */
  async read(user: string, position: Position): Promise<ReplayPage | null> {
    const begun = this.#join(position);
    if (begun !== null) return await begun;
    // Others may have read it before there is a slot.
    return await this.#slots.run(
      user,
      async () => this.find(position) ?? (await (this.#join(position) ?? this.#begin(position))),
    );
  }

  release(page: ReplayPage): void {
    page.holders -= 1;
    page.lastUsedMs = performance.now();
    if (page.holders === 0 && !page.isKept) this.#drop(page);
  }

  /** Must be called for every event, in log order. */
  apply(event: LogEvent): void {
    if (!isChange(event)) return;
    for (const page of this.#pages) page.change(event);
    for (const { changes } of this.#pending.values()) changes.push(event);
  }

  /** Forgets the pages of a former history. */
  clear(): void {
    this.#pages.clear();
    this.#pending.clear();
    this.#memory = 0;
  }

  /** Called about once a second, with `performance.now()`. */
  tick(nowMs: number): void {
    for (const page of this.#pages) {
      if (page.holders === 0 && page.lastUsedMs < nowMs - maxIdleMs) this.#drop(page);
    }
  }

  #join(position: Position): Promise<ReplayPage | null> | null {
    const pending = this.#pending.get(keyOf(position));
    if (pending === undefined) return null;
    pending.holders += 1;
    return pending.page;
  }

  #begin(position: Position): Promise<ReplayPage | null> {
    const pending: PendingRead = {
      page: Promise.resolve(null),
      changes: [],
      reservedMemory: this.#makeRoom() ? reservedMemory : 0,
      holders: 1,
    };
    this.#memory += pending.reservedMemory;
    this.#pending.set(keyOf(position), pending);
    pending.page = this.#readPage(position, pending);
    return pending.page;
  }

  async #readPage(position: Position, pending: PendingRead): Promise<ReplayPage | null> {
    const isKept = pending.reservedMemory > 0;
    try {
      const events = await readContinuation(this.#engine, position, isKept ? keptLimits : unkeptLimits);
      if (events === null || events.length === 0) return null;
      const page = new ReplayPage(position, events, isKept);
      page.holders = pending.holders;
      if (this.#isPending(position, pending)) this.#add(page, pending.changes);
      return page;
    } finally {
      if (this.#isPending(position, pending)) {
        this.#pending.delete(keyOf(position));
        this.#memory -= pending.reservedMemory;
      }
    }
  }

  /** False once its history has ended. */
  #isPending(position: Position, pending: PendingRead): boolean {
    return this.#pending.get(keyOf(position)) === pending;
  }

  #add(page: ReplayPage, changes: PendingRead['changes']): void {
    for (const change of changes) page.change(change);
    this.#pages.add(page);
    this.#memory += page.memory;
  }

  #drop(page: ReplayPage): void {
    if (this.#pages.delete(page)) this.#memory -= page.memory;
  }

  /** Drops pages that nobody uses. Returns whether another one can be kept. */
  #makeRoom(): boolean {
    const limit = this.#maxMemory - reservedMemory;
    for (const page of this.#pages) {
      if (this.#memory <= limit) break;
      if (page.holders === 0) this.#drop(page);
    }
    return this.#memory <= limit;
  }
}

function keyOf({ seq, mark }: Position): string {
  return `${seq} ${mark}`;
}
