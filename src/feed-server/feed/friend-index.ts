import { setImmediate as nextTurn } from 'node:timers/promises';
import { IdNumbers } from './id-numbers.ts';
import { ReaderLists } from './reader-lists.ts';

/** How much of a sweep is done in one turn of the event loop, in entries: well below a millisecond. */
const sweptInOneTurn = 20_000;

/** What may be there of those who have left before a sweep begins: so much, and a part of what is alive. */
const sweepAbove = 4096;
const sweepAboveShare = 1 / 4;

/**
 * Who reads whose posts: each reader, who enters with friends and leaves again, by author. An edge takes
 * about 12 bytes where authors have many readers, and below 40 where they have two.
 *
 * Edges are kept by author alone, so a reader who leaves is not looked for: their number stands for
 * nobody from then on. A sweep, which goes on beside everything else, removes what is left of them, and only
 * then is the number given to another.
 */
export class FriendIndex<Reader> {
  readonly #authors = new IdNumbers();
  /** By number, as the next two; null for one who has left. */
  readonly #readers: (Reader | null)[] = [];
  /** The higher, the later the reader has entered. */
  readonly #ages: number[] = [];
  readonly #friendCounts: number[] = [];
  readonly #lists = new ReaderLists(this.#ages);
  readonly #free: number[] = [];
  #left: number[] = [];
  #entered = 0;
  /** Edges and readers, of those who are there. */
  #living = 0;
  /** The same of those who have left. */
  #dead = 0;
  #isSweeping = false;

  /** Returns the reader's number. */
  enter(reader: Reader): number {
    const number = this.#free.pop() ?? this.#readers.length;
    this.#entered += 1;
    this.#readers[number] = reader;
    this.#ages[number] = this.#entered;
    this.#friendCounts[number] = 0;
    this.#living += 1;
    return number;
  }

  /** The number is void from now on. */
  leave(number: number): void {
    const weight = 1 + (this.#friendCounts[number] ?? 0);
    this.#readers[number] = null;
    this.#left.push(number);
    this.#living -= weight;
    this.#dead += weight;
    if (!this.#isSweeping && this.#isSweepDue()) void this.#sweep();
  }

  /** Also where they are friends already. `friend` is a lower-case UUID, `sinceSeq` below 2^48. */
  set(number: number, friend: string, sinceSeq: number): void {
    if (this.#lists.set(this.#authors.add(friend), number, sinceSeq)) this.#count(number, 1);
  }

  delete(number: number, friend: string): void {
    const author = this.#authors.find(friend);
    if (!this.#lists.delete(author, number)) return;
    this.#count(number, -1);
    if (this.#lists.isEmpty(author)) this.#authors.remove(author);
  }

  /** Since when they are friends; undefined if they are not. */
  sinceSeq(number: number, friend: string): number | undefined {
    return this.#lists.sinceSeq(this.#authors.find(friend), number);
  }

  /** Those who have been the author's readers since before `seq`. */
  forEachReader(author: string, seq: number, visit: (reader: Reader) => void): void {
    this.#lists.forEach(this.#authors.find(author), (number, sinceSeq) => {
      const reader = this.#readers[number];
      if (reader != null && sinceSeq < seq) visit(reader);
    });
  }

  #count(number: number, change: 1 | -1): void {
    this.#friendCounts[number] = (this.#friendCounts[number] ?? 0) + change;
    this.#living += change;
  }

  #isSweepDue(): boolean {
    return this.#dead > sweepAbove + this.#living * sweepAboveShare;
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    while (this.#isSweepDue()) {
      // The entries of those who leave from now on may be where the sweep has been.
      const left = this.#left;
      this.#left = [];
      await this.#sweepLists();
      for (const number of left) this.#free.push(number);
      this.#dead -= left.length;
    }
    this.#isSweeping = false;
  }

  async #sweepLists(): Promise<void> {
    const isThere = (number: number): boolean => this.#readers[number] !== null;
    let swept = 0;
    for (let author = 1; author <= this.#authors.last; author += 1) {
      swept += 1;
      if (!this.#lists.isEmpty(author)) {
        const { had, has } = this.#lists.retain(author, isThere);
        this.#dead -= had - has;
        if (has === 0) this.#authors.remove(author);
        swept += had;
      }
      if (swept < sweptInOneTurn) continue;
      swept = 0;
      await nextTurn();
    }
  }
}
