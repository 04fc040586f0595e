import { EntryPool, none, PagedWords } from './paged-memory.ts';

/**
 * The readers of each author, and since which seq. Authors and readers are numbers.
 *
 * A list is ordered by when its readers entered, so that the newest is appended and any reader is found by
 * binary search. It is a chain of blocks of which all but the newest are full. No list has an object of its
 * own, because most authors have few readers on one node.
 */
export class ReaderLists {
  readonly #entryOrder: readonly number[];
  readonly #pool = new EntryPool();
  /** The newest block of each author. */
  readonly #newest = new PagedWords();

  /** `entryOrder` maps the number of each reader to a number that is higher the later they entered. */
  constructor(entryOrder: readonly number[]) {
    this.#entryOrder = entryOrder;
  }

  isEmpty(author: number): boolean {
    return this.#newest.get(author) === none;
  }

  /** The seq since which the reader reads the author; undefined if they do not. */
  sinceSeq(author: number, reader: number): number | undefined {
    const block = this.#blockFor(author, reader);
    const entry = block === none ? none : this.#entryFor(block, reader);
    return this.#isOf(entry, reader) ? this.#pool.sinceSeq(entry) : undefined;
  }

  /** Returns whether the reader was added, not updated. */
  set(author: number, reader: number, sinceSeq: number): boolean {
    const block = this.#blockFor(author, reader);
    if (block === none) {
      const newest = this.#extend(author);
      this.#pool.write(newest + this.#pool.count(newest), reader, sinceSeq);
      return true;
    }
    const entry = this.#entryFor(block, reader);
    const isNew = !this.#isOf(entry, reader);
    if (isNew) this.#openGap(author, block, entry);
    this.#pool.write(entry, reader, sinceSeq);
    return isNew;
  }

  /** Returns whether the reader was in the list. */
  delete(author: number, reader: number): boolean {
    const block = this.#blockFor(author, reader);
    const entry = block === none ? none : this.#entryFor(block, reader);
    if (!this.#isOf(entry, reader)) return false;
    this.#closeGap(author, block, entry);
    return true;
  }

  /** Visits the blocks from newest to oldest, and the readers of each from oldest to newest. */
  forEach(author: number, visit: (reader: number, sinceSeq: number) => void): void {
    for (let block = this.#newest.get(author); block !== none; block = this.#pool.previous(block)) {
      this.#pool.forEachIn(block, visit);
    }
  }

  /** Removes all other readers, in place. Returns the length of the list before and after. */
  retain(
    author: number,
    isKept: (reader: number) => boolean,
  ): { readonly before: number; readonly after: number } {
    const pool = this.#pool;
    const blocks = this.#blocksFrom(author, none);
    let before = 0;
    let after = 0;
    let target = 0;
    let filled = 0;
    for (const block of blocks) {
      const last = block + pool.count(block);
      for (let entry = block + 1; entry <= last; entry += 1) {
        before += 1;
        if (!isKept(pool.reader(entry))) continue;
        after += 1;
        if (filled === pool.count(blocks[target] ?? none)) {
          target += 1;
          filled = 0;
        }
        filled += 1;
        const destination = (blocks[target] ?? none) + filled;
        if (destination !== entry) pool.copy(entry, destination);
      }
    }
    const kept = after === 0 ? 0 : target + 1;
    for (const block of blocks.slice(kept)) pool.release(block);
    const newest = blocks[kept - 1] ?? none;
    this.#newest.set(author, newest);
    if (newest !== none) pool.setCount(newest, filled);
    return { before, after };
  }

  #isOf(entry: number, reader: number): boolean {
    return entry !== none && this.#pool.reader(entry) === reader;
  }

  /** The block that contains the reader, or would; none if the reader belongs at the end. */
  #blockFor(author: number, reader: number): number {
    const order = this.#orderOf(reader);
    let found = none;
    for (let block = this.#newest.get(author); block !== none; block = this.#pool.previous(block)) {
      if (this.#orderAt(block + this.#pool.count(block)) < order) break;
      found = block;
    }
    return found;
  }

  /** The first entry of the block whose reader did not enter earlier. */
  #entryFor(block: number, reader: number): number {
    const order = this.#orderOf(reader);
    let low = block + 1;
    let high = block + this.#pool.count(block);
    while (low < high) {
      const middle = low + ((high - low) >>> 1);
      if (this.#orderAt(middle) < order) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #orderAt(entry: number): number {
    return this.#orderOf(this.#pool.reader(entry));
  }

  #orderOf(reader: number): number {
    return this.#entryOrder[reader] ?? 0;
  }

  /** Adds an unwritten entry at the end. Returns its block. */
  #extend(author: number): number {
    let newest = this.#newest.get(author);
    if (newest === none || this.#pool.isFull(newest)) {
      newest = this.#pool.allocate(newest);
      this.#newest.set(author, newest);
    }
    this.#pool.setCount(newest, this.#pool.count(newest) + 1);
    return newest;
  }

  /** Moves `entry` and all after it back by one. */
  #openGap(author: number, target: number, entry: number): void {
    const pool = this.#pool;
    let block = this.#extend(author);
    while (block !== target) {
      const previous = pool.previous(block);
      pool.move(block + 1, block + 2, pool.count(block) - 1);
      pool.copy(previous + pool.count(previous), block + 1);
      block = previous;
    }
    pool.move(entry, entry + 1, target + pool.count(target) - entry);
  }

  /** Moves all after `entry` forward by one. */
  #closeGap(author: number, target: number, entry: number): void {
    const pool = this.#pool;
    let gap = entry;
    for (const block of this.#blocksFrom(author, target)) {
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
    this.#newest.set(author, pool.previous(newest));
    pool.release(newest);
  }

  /** The blocks from `oldest` to the newest; all of them if that is none. */
  #blocksFrom(author: number, oldest: number): number[] {
    const blocks: number[] = [];
    for (let block = this.#newest.get(author); block !== none; block = this.#pool.previous(block)) {
      blocks.push(block);
      if (block === oldest) break;
    }
    return blocks.toReversed();
  }
}
