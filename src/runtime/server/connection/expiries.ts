/** What ends at a time by the wall clock. */
export interface Expirable {
  /** In milliseconds since the epoch. It must not change while this is a member. */
  readonly expiresAtMs: number;
  /** Where it is in the heap of its expiries; -1 outside of it. Only they write it. */
  expiryIndex: number;
  expire(): void;
}

/** The wall clock is read this often, because it can jump ahead of a timer. */
const maxWaitMs = 1000;
/** How many are ended before other work gets its turn. */
const batch = 500;

/**
 * Ends each member when its time has come. One timer serves all; adding and removing a member takes a few comparisons,
 * however many there are, and nothing happens for a member in between. A binary heap costs a pointer for each member, where
 * lists of those that end in the same second would cost an object for nearly every member.
 */
export class Expiries<Member extends Expirable> {
  readonly #heap: Member[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** When the timer fires, by `Date.now()`. */
  #timerMs = 0;

  add(member: Member): void {
    this.#place(member, this.#heap.length);
    this.#rise(member);
    if (this.#heap[0] === member) this.#wait();
  }

  /** Does nothing if it is not a member. */
  remove(member: Member): void {
    const index = member.expiryIndex;
    if (index === -1) return;
    member.expiryIndex = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === member) return;
    this.#place(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  /** Ends no more members. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(): void {
    const [first] = this.#heap;
    if (first === undefined) return;
    const waitMs = Math.min(Math.max(0, first.expiresAtMs - Date.now()), maxWaitMs);
    if (this.#timer !== null && this.#timerMs <= Date.now() + waitMs) return;
    this.stop();
    this.#timerMs = Date.now() + waitMs;
    this.#timer = setTimeout(() => this.#check(), waitMs).unref();
  }

  #check(): void {
    this.#timer = null;
    const nowMs = Date.now();
    for (let count = 0; count < batch; count += 1) {
      const [first] = this.#heap;
      if (first === undefined || first.expiresAtMs > nowMs) break;
      this.remove(first);
      first.expire();
    }
    this.#wait();
  }

  #place(member: Member, index: number): void {
    this.#heap[index] = member;
    member.expiryIndex = index;
  }

  #rise(member: Member): void {
    let index = member.expiryIndex;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#heap[parentIndex];
      if (parent === undefined || parent.expiresAtMs <= member.expiresAtMs) break;
      this.#place(parent, index);
      index = parentIndex;
    }
    this.#place(member, index);
  }

  #sink(member: Member): void {
    let index = member.expiryIndex;
    for (;;) {
      const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]];
      const child =
        right !== undefined && left !== undefined && right.expiresAtMs < left.expiresAtMs ? right : left;
      if (child === undefined || child.expiresAtMs >= member.expiresAtMs) break;
      const childIndex = child.expiryIndex;
      this.#place(child, index);
      index = childIndex;
    }
    this.#place(member, index);
  }
}
