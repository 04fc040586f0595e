/** Entries in a page. */
const pageBits = 16;
const pageSize = 1 << pageBits;

/** What is free at the end of a chain is a small part of it. */
const blocksOfOneSize = 4;

/** Entries of the smallest block; each size has twice those of the one before, up to 4096. */
const smallest = 2;
const largestSize = 11;

/** What stands for no block. */
export const none = 0;

/** Entries by their place in the page: 10 bytes each. */
interface Page {
  readonly readers: Uint32Array;
  readonly sinceLow: Uint32Array;
  readonly sinceHigh: Uint16Array;
}

/**
 * Memory for chains of blocks, whose entries are a reader's number and the seq since when (below 2^48).
 * A block is named by the place of its header; its entries follow that, up to `block + count`. The blocks
 * of a chain get larger with its length, so that little of it is free however long it is. Pages are added
 * and never copied, and what is released is given out again.
 */
export class EntryPool {
  readonly #pages: Page[] = [];
  /** The first free block of each size; the others follow through their headers. */
  readonly #free: number[] = [];
  #end = none + 1;

  /** Adds an empty block to the chain whose newest block is `before`; to a new chain where that is none. */
  allocate(before: number): number {
    const rank = before === none ? 0 : this.#rankOf(before) + 1;
    const size = sizeOf(rank);
    const block = this.#free[size] ?? none;
    if (block !== none) this.#free[size] = this.before(block);
    const allocated = block === none ? this.#extend(capacityOf(size)) : block;
    this.#set(allocated, before, 0, rank);
    return allocated;
  }

  release(block: number): void {
    const rank = this.#rankOf(block);
    const size = sizeOf(rank);
    this.#set(block, this.#free[size] ?? none, 0, rank);
    this.#free[size] = block;
  }

  /** The older block of the chain. */
  before(block: number): number {
    return this.reader(block);
  }

  count(block: number): number {
    return this.#pageOf(block).sinceLow[block & (pageSize - 1)] ?? 0;
  }

  setCount(block: number, count: number): void {
    this.#pageOf(block).sinceLow[block & (pageSize - 1)] = count;
  }

  isFull(block: number): boolean {
    return this.count(block) === capacityOf(sizeOf(this.#rankOf(block)));
  }

  reader(entry: number): number {
    return this.#pageOf(entry).readers[entry & (pageSize - 1)] ?? 0;
  }

  sinceSeq(entry: number): number {
    return sinceSeqAt(this.#pageOf(entry), entry & (pageSize - 1));
  }

  write(entry: number, reader: number, sinceSeq: number): void {
    this.#set(entry, reader, sinceSeq >>> 0, Math.floor(sinceSeq / 2 ** 32));
  }

  copy(from: number, to: number): void {
    this.write(to, this.reader(from), this.sinceSeq(from));
  }

  /** Moves entries within their block. */
  move(from: number, to: number, count: number): void {
    const { readers, sinceLow, sinceHigh } = this.#pageOf(from);
    const index = from & (pageSize - 1);
    for (const column of [readers, sinceLow, sinceHigh]) {
      column.copyWithin(to & (pageSize - 1), index, index + count);
    }
  }

  forEachIn(block: number, visit: (reader: number, sinceSeq: number) => void): void {
    const page = this.#pageOf(block);
    const first = (block & (pageSize - 1)) + 1;
    const end = first + this.count(block);
    for (let index = first; index < end; index += 1) {
      visit(page.readers[index] ?? 0, sinceSeqAt(page, index));
    }
  }

  #rankOf(block: number): number {
    return this.#pageOf(block).sinceHigh[block & (pageSize - 1)] ?? 0;
  }

  #set(entry: number, reader: number, low: number, high: number): void {
    const { readers, sinceLow, sinceHigh } = this.#pageOf(entry);
    const index = entry & (pageSize - 1);
    readers[index] = reader;
    sinceLow[index] = low;
    sinceHigh[index] = high;
  }

  /** A block does not go over the end of a page. */
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
        readers: new Uint32Array(pageSize),
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

/** Of the block that so many others of its chain are before. */
function sizeOf(rank: number): number {
  return Math.min(Math.floor(rank / blocksOfOneSize), largestSize);
}

function capacityOf(size: number): number {
  return smallest << size;
}
