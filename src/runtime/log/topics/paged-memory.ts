/**
 * Arrays that grow by adding pages, so that existing data is never copied. `PagedWords` is a plain array
 * of numbers; `EntryPool` allocates the blocks of which `UserLists` builds its lists.
 */

const wordPageBits = 14;
const wordPageSize = 1 << wordPageBits;

/** 32-bit integers by index; 0 where none was set. They are signed because V8 allocates an object for each above 2^31. */
export class PagedWords {
  readonly #pages: Int32Array[] = [];

  get(index: number): number {
    return this.#pages[index >>> wordPageBits]?.[index & (wordPageSize - 1)] ?? 0;
  }

  set(index: number, value: number): void {
    while (index >>> wordPageBits >= this.#pages.length) this.#pages.push(new Int32Array(wordPageSize));
    const page = this.#pages[index >>> wordPageBits];
    if (page !== undefined) page[index & (wordPageSize - 1)] = value;
  }
}

/** Entries in a page. */
const pageBits = 16;
const pageSize = 1 << pageBits;

/** Blocks of one size that a chain gets before the next are twice as large, so that little of it is unused. */
const blocksPerSize = 4;

/** Entries of the smallest block. */
const minCapacity = 2;
/** Of the largest blocks, which have 4096 entries. */
const maxSizeClass = 11;

/** The null pointer: no block, and no entry. */
export const none = 0;

/** The columns of 65,536 entries: 10 bytes per entry. */
interface Page {
  readonly users: Uint32Array;
  readonly sinceLow: Uint32Array;
  readonly sinceHigh: Uint16Array;
}

/**
 * A heap of blocks, linked into chains. A block is addressed by its header; the entries follow it, up to
 * `block + count`. Each entry holds the number of a user and a seq below 2^48.
 *
 * A header uses the same columns: the previous block, the count of entries, and the block's position in its
 * chain, which determines its capacity. A block never crosses a page. Released blocks are reused.
 */
export class EntryPool {
  readonly #pages: Page[] = [];
  /** The first free block of each size class; each header links to the next. */
  readonly #free: number[] = [];
  #end = none + 1;

  /** Appends an empty block to the chain that ends with `previous`, or starts a chain if that is none. */
  allocate(previous: number): number {
    const position = previous === none ? 0 : this.#positionOf(previous) + 1;
    const sizeClass = sizeClassAt(position);
    const free = this.#free[sizeClass] ?? none;
    if (free !== none) this.#free[sizeClass] = this.previous(free);
    const block = free === none ? this.#extend(capacityOf(sizeClass)) : free;
    this.#set(block, previous, 0, position);
    return block;
  }

  release(block: number): void {
    const position = this.#positionOf(block);
    const sizeClass = sizeClassAt(position);
    this.#set(block, this.#free[sizeClass] ?? none, 0, position);
    this.#free[sizeClass] = block;
  }

  /** The next older block of the chain. */
  previous(block: number): number {
    return this.user(block);
  }

  count(block: number): number {
    return this.#pageOf(block).sinceLow[block & (pageSize - 1)] ?? 0;
  }

  setCount(block: number, count: number): void {
    this.#pageOf(block).sinceLow[block & (pageSize - 1)] = count;
  }

  isFull(block: number): boolean {
    return this.count(block) === capacityOf(sizeClassAt(this.#positionOf(block)));
  }

  user(entry: number): number {
    return this.#pageOf(entry).users[entry & (pageSize - 1)] ?? 0;
  }

  sinceSeq(entry: number): number {
    return sinceSeqAt(this.#pageOf(entry), entry & (pageSize - 1));
  }

  write(entry: number, user: number, sinceSeq: number): void {
    this.#set(entry, user, sinceSeq >>> 0, Math.floor(sinceSeq / 2 ** 32));
  }

  copy(from: number, to: number): void {
    this.write(to, this.user(from), this.sinceSeq(from));
  }

  /** Moves `count` entries within their block. */
  move(from: number, to: number, count: number): void {
    const { users, sinceLow, sinceHigh } = this.#pageOf(from);
    const index = from & (pageSize - 1);
    for (const column of [users, sinceLow, sinceHigh]) {
      column.copyWithin(to & (pageSize - 1), index, index + count);
    }
  }

  forEachIn(block: number, visit: (user: number, sinceSeq: number) => void): void {
    const page = this.#pageOf(block);
    const first = (block & (pageSize - 1)) + 1;
    const end = first + this.count(block);
    for (let index = first; index < end; index += 1) {
      visit(page.users[index] ?? 0, sinceSeqAt(page, index));
    }
  }

  #positionOf(block: number): number {
    return this.#pageOf(block).sinceHigh[block & (pageSize - 1)] ?? 0;
  }

  #set(entry: number, user: number, low: number, high: number): void {
    const { users, sinceLow, sinceHigh } = this.#pageOf(entry);
    const index = entry & (pageSize - 1);
    users[index] = user;
    sinceLow[index] = low;
    sinceHigh[index] = high;
  }

  /** Takes a block from the end, or from the start of the next page if it does not fit into this one. */
  #extend(capacity: number): number {
    const left = pageSize - (this.#end & (pageSize - 1));
    if (capacity + 1 > left) this.#end += left;
    const block = this.#end;
    this.#end += capacity + 1;
    return block;
  }

  #pageOf(entry: number): Page {
    const number = entry >>> pageBits;
    let page = this.#pages[number];
    if (page === undefined) {
      page = {
        users: new Uint32Array(pageSize),
        sinceLow: new Uint32Array(pageSize),
        sinceHigh: new Uint16Array(pageSize),
      };
      this.#pages[number] = page;
    }
    return page;
  }
}

function sinceSeqAt({ sinceLow, sinceHigh }: Page, index: number): number {
  return (sinceHigh[index] ?? 0) * 2 ** 32 + (sinceLow[index] ?? 0);
}

/** Of the block at this position of its chain. */
function sizeClassAt(position: number): number {
  return Math.min(Math.floor(position / blocksPerSize), maxSizeClass);
}

function capacityOf(sizeClass: number): number {
  return minCapacity << sizeClass;
}
