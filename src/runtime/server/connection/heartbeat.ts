/** A member of a heartbeat. */
export interface Beating {
  beat(): void;
}

const slotCount = 30;

/**
 * Calls `beat` of every member once per interval. One timer serves all; members are spread over slots, so that
 * thousands of pings are not sent in one turn of the event loop.
 */
export class Heartbeat<Member extends Beating> {
  readonly #slots = Array.from({ length: slotCount }, () => new Set<Member>());
  readonly #intervalMs: number;
  /** Undefined before the first member, so that an idle server has no timer. */
  #timer: NodeJS.Timeout | undefined;
  #nextSlot = 0;
  #beatingSlot = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  add(member: Member): void {
    this.#timer ??= setInterval(() => this.#beat(), this.#intervalMs / slotCount).unref();
    this.#slots[this.#nextSlot]?.add(member);
    this.#nextSlot = (this.#nextSlot + 1) % slotCount;
  }

  /** Searches all slots, because remembering each member's slot would cost memory for its whole life. */
  remove(member: Member): void {
    this.#slots.some((slot) => slot.delete(member));
  }

  *members(): Generator<Member> {
    for (const slot of this.#slots) yield* slot;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    for (const member of this.#slots[this.#beatingSlot] ?? []) member.beat();
    this.#beatingSlot = (this.#beatingSlot + 1) % slotCount;
  }
}
