/** What has a deadline: a link of the list of all that have the same time. */
export abstract class Expiring<Link extends Expiring<Link>> {
  /** By `performance.now()`. */
  readonly startMs: number;
  earlier: Link | null = null;
  later: Link | null = null;

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  abstract onLate(): void;
}

/**
 * Notices what is not removed in time. Everything has the same time and is added when it starts, so the first is always
 * the next to be late, and one timer serves any number. They form a list by themselves, because entries of a Map that
 * come and go leave garbage behind, which costs as much as handling a small message.
 */
export class Deadlines<Link extends Expiring<Link>> {
  readonly #timeoutMs: number;
  #first: Link | null = null;
  #last: Link | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  add(link: Link): void {
    link.earlier = this.#last;
    if (this.#last === null) this.#first = link;
    else this.#last.later = link;
    this.#last = link;
    if (this.#timer === null) this.#wait(link);
  }

  /** Does nothing if it was removed before. */
  remove(link: Link): void {
    const { earlier, later } = link;
    if (earlier === null && this.#first !== link) return;
    if (earlier === null) this.#first = later;
    else earlier.later = later;
    if (later === null) this.#last = earlier;
    else later.earlier = earlier;
    link.earlier = null;
    link.later = null;
  }

  /** Looks again when `first` is late, even if it is removed before that. */
  #wait({ startMs }: Link): void {
    const timer = setTimeout(() => this.#check(), Math.max(0, startMs + this.#timeoutMs - performance.now()));
    this.#timer = timer.unref();
  }

  #check(): void {
    this.#timer = null;
    // Timers may fire up to a millisecond early.
    const nowMs = performance.now() + 1;
    for (
      let first = this.#first;
      first !== null && first.startMs + this.#timeoutMs <= nowMs;
      first = this.#first
    ) {
      this.remove(first);
      first.onLate();
    }
    if (this.#first !== null && this.#timer === null) this.#wait(this.#first);
  }
}
