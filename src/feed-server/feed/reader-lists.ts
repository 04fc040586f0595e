import { EntryPool, none } from './entry-pool.ts';
import { PagedWords } from './paged-words.ts';

/**
 * For each author, a list of those who read them and since when. Authors and readers are numbers. A list
 * is in the order of its readers' ages: who comes last is appended, and anybody is found by halves. No
 * list has an object of its own, for most authors have few readers at one node.
 *
 * A list is a chain of blocks, of which all but the newest are full.
 */
export class ReaderLists {
  readonly #ages: readonly number[];
  readonly #pool = new EntryPool();
  /** The newest block of each author. */
  readonly #newest = new PagedWords();

  /** `ages` has that of each reader by their number, the higher the later they came. */
  constructor(ages: readonly number[]) {
    this.#ages = ages;
  }

  isEmpty(author: number): boolean {
    return this.#newest.get(author) === none;
  }

  /** The seq since when the reader reads the author; undefined if they do not. */
  sinceSeq(author: number, reader: number): number | undefined {
    const block = this.#blockFor(author, reader);
    const entry = block === none ? none : this.#entryFor(block, reader);
    return this.#isOf(entry, reader) ? this.#pool.sinceSeq(entry) : undefined;
  }

  /** Whether the reader is new in the list. */
  set(author: number, reader: number, sinceSeq: number): boolean {
    const block = this.#blockFor(author, reader);
    if (block === none) {
      const newest = this.#lengthen(author);
      this.#pool.write(newest + this.#pool.count(newest), reader, sinceSeq);
      return true;
    }
    const entry = this.#entryFor(block, reader);
    const isNew = !this.#isOf(entry, reader);
    if (isNew) this.#makeRoom(author, block, entry);
    this.#pool.write(entry, reader, sinceSeq);
    return isNew;
  }

  /** Whether the reader was in the list. */
  delete(author: number, reader: number): boolean {
    const block = this.#blockFor(author, reader);
    const entry = block === none ? none : this.#entryFor(block, reader);
    if (!this.#isOf(entry, reader)) return false;
    this.#closeGap(author, block, entry);
    return true;
  }

  /** Blocks from the newest to the oldest, each from its oldest reader to its newest. */
  forEach(author: number, visit: (reader: number, sinceSeq: number) => void): void {
    for (let block = this.#newest.get(author); block !== none; block = this.#pool.before(block)) {
      this.#pool.forEachIn(block, visit);
    }
  }

  /** Keeps those readers alone. Returns how many were in the list, and how many are. */
  retain(author: number, keeps: (reader: number) => boolean): { readonly had: number; readonly has: number } {
    const pool = this.#pool;
    const blocks = this.#path(author, none);
    let had = 0;
    let has = 0;
    let target = 0;
    let filled = 0;
    for (const block of blocks) {
      const last = block + pool.count(block);
      for (let entry = block + 1; entry <= last; entry += 1) {
        had += 1;
        if (!keeps(pool.reader(entry))) continue;
        has += 1;
        if (filled === pool.count(blocks[target] ?? none)) {
          target += 1;
          filled = 0;
        }
        filled += 1;
        const place = (blocks[target] ?? none) + filled;
        if (place !== entry) pool.copy(entry, place);
      }
    }
    const kept = has === 0 ? 0 : target + 1;
    for (const block of blocks.slice(kept)) pool.release(block);
    const newest = blocks[kept - 1] ?? none;
    this.#newest.set(author, newest);
    if (newest !== none) pool.setCount(newest, filled);
    return { had, has };
  }

  #isOf(entry: number, reader: number): boolean {
    return entry !== none && this.#pool.reader(entry) === reader;
  }

  /** The block that the reader is in or belongs into; none if behind all others. */
  #blockFor(author: number, reader: number): number {
    const age = this.#ageOf(reader);
    let found = none;
    for (let block = this.#newest.get(author); block !== none; block = this.#pool.before(block)) {
      if (this.#ageAt(block + this.#pool.count(block)) < age) break;
      found = block;
    }
    return found;
  }

  /** The first entry of the block whose reader is not older. */
  #entryFor(block: number, reader: number): number {
    const age = this.#ageOf(reader);
    let low = block + 1;
    let high = block + this.#pool.count(block);
    while (low < high) {
      const middle = low + ((high - low) >>> 1);
      if (this.#ageAt(middle) < age) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #ageAt(entry: number): number {
    return this.#ageOf(this.#pool.reader(entry));
  }

  #ageOf(reader: number): number {
    return this.#ages[reader] ?? 0;
  }

  /** Adds an entry, which is to be written, at the end. Returns its block. */
  #lengthen(author: number): number {
    let newest = this.#newest.get(author);
    if (newest === none || this.#pool.isFull(newest)) {
      newest = this.#pool.allocate(newest);
      this.#newest.set(author, newest);
    }
    this.#pool.setCount(newest, this.#pool.count(newest) + 1);
    return newest;
  }

  /** Moves `entry` and all behind it by one. */
  #makeRoom(author: number, target: number, entry: number): void {
    const pool = this.#pool;
    let block = this.#lengthen(author);
    while (block !== target) {
      const before = pool.before(block);
      pool.move(block + 1, block + 2, pool.count(block) - 1);
      pool.copy(before + pool.count(before), block + 1);
      block = before;
    }
    pool.move(entry, entry + 1, target + pool.count(target) - entry);
  }

  /** Moves all behind `entry` to the front by one. */
  #closeGap(author: number, target: number, entry: number): void {
    const pool = this.#pool;
    let gap = entry;
    for (const block of this.#path(author, target)) {
      if (block !== target) {
        pool.copy(block + 1, gap);
        gap = block + 1;
      }
      const last = block + pool.count(block);
      pool.move(gap + 1, gap, last - gap);
      gap = last;
    }
    const newest = this.#newest.get(author);
    pool.setCount(newest, pool.count(newest) - 1);
    if (pool.count(newest) > 0) return;
    this.#newest.set(author, pool.before(newest));
    pool.release(newest);
  }

  /** The blocks from `oldest`, or from the oldest of all, to the newest. */
  #path(author: number, oldest: number): number[] {
    const blocks: number[] = [];
    for (let block = this.#newest.get(author); block !== none; block = this.#pool.before(block)) {
      blocks.push(block);
      if (block === oldest) break;
    }
    return blocks.toReversed();
  }
}
