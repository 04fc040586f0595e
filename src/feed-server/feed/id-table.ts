import { none, PagedWords } from './paged-memory.ts';

/** 32-bit words of a UUID. */
const idWords = 4;

/**
 * Assigns numbers, from 1, to ids (lowercase UUIDs). Takes 24 bytes per id, where a Map with string keys
 * takes about 100. A chained hash table that grows by linear hashing, one bucket at a time: adding an id
 * never waits until all others are rehashed.
 */
export class IdTable {
  readonly #ids = new PagedWords();
  /** The next number in the bucket, or in the list of free numbers. */
  readonly #next = new PagedWords();
  /** The first number of each bucket. */
  readonly #buckets = new PagedWords();
  /** The id that is looked up. */
  readonly #key = new Uint32Array(idWords);
  #bucketCount = 1;
  /** The largest power of two that is not above the number of buckets. */
  #level = 1;
  #size = 0;
  #last = 0;
  #firstFree = none;

  /** The highest number assigned so far. */
  get last(): number {
    return this.#last;
  }

  /** 0 if the id has no number. */
  find(id: string): number {
    readWords(id, this.#key);
    return this.#findIn(this.#bucketOf(hash(this.#key)));
  }

  /** Returns the number of the id, which gets one if it has none. */
  add(id: string): number {
    const found = this.find(id);
    if (found !== none) return found;
    const number = this.#takeNumber();
    for (const [index, word] of this.#key.entries()) this.#ids.set(number * idWords + index, word);
    this.#push(this.#bucketOf(hash(this.#key)), number);
    this.#size += 1;
    if (this.#size > this.#bucketCount) this.#split();
    return number;
  }

  /** Removes the id with this number, which may then be assigned to another id. */
  remove(number: number): void {
    const bucket = this.#bucketOf(this.#hashOf(number));
    const next = this.#next.get(number);
    let previous = this.#buckets.get(bucket);
    if (previous === number) {
      this.#buckets.set(bucket, next);
    } else {
      while (this.#next.get(previous) !== number) previous = this.#next.get(previous);
      this.#next.set(previous, next);
    }
    this.#next.set(number, this.#firstFree);
    this.#firstFree = number;
    this.#size -= 1;
  }

  #findIn(bucket: number): number {
    let number = this.#buckets.get(bucket);
    while (number !== none && !this.#isKey(number)) number = this.#next.get(number);
    return number;
  }

  #isKey(number: number): boolean {
    const start = number * idWords;
    const words = this.#key;
    return (
      this.#ids.get(start) === words[0] &&
      this.#ids.get(start + 1) === words[1] &&
      this.#ids.get(start + 2) === words[2] &&
      this.#ids.get(start + 3) === words[3]
    );
  }

  #takeNumber(): number {
    const free = this.#firstFree;
    if (free === none) {
      this.#last += 1;
      return this.#last;
    }
    this.#firstFree = this.#next.get(free);
    return free;
  }

  #push(bucket: number, number: number): void {
    this.#next.set(number, this.#buckets.get(bucket));
    this.#buckets.set(bucket, number);
  }

  /** Buckets not yet split at this level use one bit less of the hash. */
  #bucketOf(hashed: number): number {
    const bucket = hashed & (this.#level * 2 - 1);
    return bucket < this.#bucketCount ? bucket : bucket & (this.#level - 1);
  }

  #split(): void {
    const split = this.#bucketCount - this.#level;
    this.#bucketCount += 1;
    let number = this.#buckets.get(split);
    this.#buckets.set(split, none);
    while (number !== none) {
      const next = this.#next.get(number);
      this.#push(this.#bucketOf(this.#hashOf(number)), number);
      number = next;
    }
    if (this.#bucketCount === this.#level * 2) this.#level *= 2;
  }

  #hashOf(number: number): number {
    const start = number * idWords;
    return mix(
      this.#ids.get(start) ^ this.#ids.get(start + 1) ^ this.#ids.get(start + 2) ^ this.#ids.get(start + 3),
    );
  }
}

function hash(words: Uint32Array): number {
  return mix((words[0] ?? 0) ^ (words[1] ?? 0) ^ (words[2] ?? 0) ^ (words[3] ?? 0));
}

/** Mixes the high bits into the low ones, which select the bucket. */
function mix(word: number): number {
  const mixed = Math.imul(word ^ (word >>> 16), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

/** Parses a UUID (RFC 9562 section 4): 8-4-4-4-12 hexadecimal digits. */
function readWords(id: string, words: Uint32Array): void {
  words[0] = readHex(id, 0, 8, 0);
  words[1] = readHex(id, 14, 18, readHex(id, 9, 13, 0));
  words[2] = readHex(id, 24, 28, readHex(id, 19, 23, 0));
  words[3] = readHex(id, 28, 36, 0);
}

function readHex(id: string, from: number, to: number, prefix: number): number {
  let value = prefix;
  for (let index = from; index < to; index += 1) {
    const code = id.charCodeAt(index);
    value = (value << 4) | (code < 0x3a ? code - 0x30 : code - 0x57);
  }
  return value;
}
