import { EntryPool, none, PagedWords } from './paged-memory.ts';

/**
 * The users of each topic, and since which seq. Topics and users are numbers.
 *
 * A list is ordered by when its users were added to the index, so that the newest is appended and any user is found by
 * binary search. It is a chain of blocks of which all but the newest are full. No list has an object of its
 * own, because most topics have few users on one node.
 */
export class UserLists {
  readonly #addedOrder: readonly number[];
  readonly #pool = new EntryPool();
  /** The newest block of each topic. */
  readonly #newest = new PagedWords();

  /** `addedOrder` maps the number of each user to a number that is higher the later they were added. */
  constructor(addedOrder: readonly number[]) {
    this.#addedOrder = addedOrder;
  }

  isEmpty(topic: number): boolean {
    return this.#newest.get(topic) === none;
  }

  /** The seq of the event that began the membership; undefined if the user is not in the list. */
  sinceSeq(topic: number, user: number): number | undefined {
    const block = this.#blockFor(topic, user);
    const entry = block === none ? none : this.#entryFor(block, user);
    return this.#isOf(entry, user) ? this.#pool.sinceSeq(entry) : undefined;
  }

  /** Returns whether the user was added, not updated. */
  set(topic: number, user: number, sinceSeq: number): boolean {
    const block = this.#blockFor(topic, user);
    if (block === none) {
      const newest = this.#extend(topic);
      this.#pool.write(newest + this.#pool.count(newest), user, sinceSeq);
      return true;
    }
    const entry = this.#entryFor(block, user);
    const isNew = !this.#isOf(entry, user);
    if (isNew) this.#openGap(topic, block, entry);
    this.#pool.write(entry, user, sinceSeq);
    return isNew;
  }

  /** Returns whether the user was in the list. */
  delete(topic: number, user: number): boolean {
    const block = this.#blockFor(topic, user);
    const entry = block === none ? none : this.#entryFor(block, user);
    if (!this.#isOf(entry, user)) return false;
    this.#closeGap(topic, block, entry);
    return true;
  }

  /** Visits the blocks from newest to oldest, and the users of each from oldest to newest. */
  forEach(topic: number, visit: (user: number, sinceSeq: number) => void): void {
    for (let block = this.#newest.get(topic); block !== none; block = this.#pool.previous(block)) {
      this.#pool.forEachIn(block, visit);
    }
  }

  /** Removes all other users, in place. Returns the length of the list before and after. */
  retain(
    topic: number,
    isKept: (user: number) => boolean,
  ): { readonly before: number; readonly after: number } {
    const pool = this.#pool;
    const blocks = this.#blocksFrom(topic, none);
    let before = 0;
    let after = 0;
    let target = 0;
    let filled = 0;
    for (const block of blocks) {
      const last = block + pool.count(block);
      for (let entry = block + 1; entry <= last; entry += 1) {
        before += 1;
        if (!isKept(pool.user(entry))) continue;
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
    this.#newest.set(topic, newest);
    if (newest !== none) pool.setCount(newest, filled);
    return { before, after };
  }

  #isOf(entry: number, user: number): boolean {
    return entry !== none && this.#pool.user(entry) === user;
  }

  /** The block that contains the user, or would; none if the user belongs at the end. */
  #blockFor(topic: number, user: number): number {
    const order = this.#orderOf(user);
    let found = none;
    for (let block = this.#newest.get(topic); block !== none; block = this.#pool.previous(block)) {
      if (this.#orderAt(block + this.#pool.count(block)) < order) break;
      found = block;
    }
    return found;
  }

  /** The first entry of the block whose user was not added earlier. */
  #entryFor(block: number, user: number): number {
    const order = this.#orderOf(user);
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
    return this.#orderOf(this.#pool.user(entry));
  }

  #orderOf(user: number): number {
    return this.#addedOrder[user] ?? 0;
  }

  /** Adds an unwritten entry at the end. Returns its block. */
  #extend(topic: number): number {
    let newest = this.#newest.get(topic);
    if (newest === none || this.#pool.isFull(newest)) {
      newest = this.#pool.allocate(newest);
      this.#newest.set(topic, newest);
    }
    this.#pool.setCount(newest, this.#pool.count(newest) + 1);
    return newest;
  }

  /** Moves `entry` and all after it back by one. */
  #openGap(topic: number, target: number, entry: number): void {
    const pool = this.#pool;
    let block = this.#extend(topic);
    while (block !== target) {
      const previous = pool.previous(block);
      pool.move(block + 1, block + 2, pool.count(block) - 1);
      pool.copy(previous + pool.count(previous), block + 1);
      block = previous;
    }
    pool.move(entry, entry + 1, target + pool.count(target) - entry);
  }

  /** Moves all after `entry` forward by one. */
  #closeGap(topic: number, target: number, entry: number): void {
    const pool = this.#pool;
    let gap = entry;
    for (const block of this.#blocksFrom(topic, target)) {
      if (block !== target) {
        pool.copy(block + 1, gap);
        gap = block + 1;
      }
      const last = block + pool.count(block);
      pool.move(gap + 1, gap, last - gap);
      gap = last;
    }
    const newest = this.#newest.get(topic);
    pool.setCount(newest, pool.count(newest) - 1);
    if (pool.count(newest) > 0) return;
    this.#newest.set(topic, pool.previous(newest));
    pool.release(newest);
  }

  /** The blocks from `oldest` to the newest; all of them if that is none. */
  #blocksFrom(topic: number, oldest: number): number[] {
    const blocks: number[] = [];
    for (let block = this.#newest.get(topic); block !== none; block = this.#pool.previous(block)) {
      blocks.push(block);
      if (block === oldest) break;
    }
    return blocks.toReversed();
  }
}
