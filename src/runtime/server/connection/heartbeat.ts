/** What a heartbeat keeps an eye on. */
export interface Swept {
  sweep(nowMs: number): void;
}

const slotCount = 30;

/**
 * Sweeps every member once in an interval. One timer serves all; members are spread over slots, so
 * that many thousands of pings do not leave in one turn of the event loop.
 */
export class Heartbeat<Member extends Swept> {
  readonly #slots = Array.from({ length: slotCount }, () => new Set<Member>());
  readonly #timer: NodeJS.Timeout;
  #nextSlot = 0;
  #sweptSlot = 0;

  constructor(intervalMs: number) {
    this.#timer = setInterval(() => this.#sweep(), intervalMs / slotCount);
    this.#timer.unref();
  }

  add(member: Member): void {
    this.#slots[this.#nextSlot]?.add(member);
    this.#nextSlot = (this.#nextSlot + 1) % slotCount;
  }

  /** Looks in every slot: to note a slot for each member would cost memory for all of its life. */
  remove(member: Member): void {
    this.#slots.some((slot) => slot.delete(member));
  }

  *members(): Generator<Member> {
    for (const slot of this.#slots) yield* slot;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const nowMs = Date.now();
    for (const member of this.#slots[this.#sweptSlot] ?? []) member.sweep(nowMs);
    this.#sweptSlot = (this.#sweptSlot + 1) % slotCount;
  }
}
