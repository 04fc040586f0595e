import { PagedWords } from './paged-words.ts';

/** 32-bit words of a UUID. */
const idWords = 4;

/** What stands for no number. */
const none = 0;

/**
 * Gives numbers, from 1 on, to ids, which are lower-case UUIDs: 24 bytes each, where a Map with texts
 * for keys takes about 100. A hash table whose buckets are chains; it grows by linear hashing, one
 * bucket at a time, so that no id that is added ever waits for all others to be placed anew.
 */
export class IdNumbers {
  readonly #ids = new PagedWords();
  /** The next number in the bucket, or among those that are free. */
  readonly #next = new PagedWords();
  /** The first number of each bucket. */
  readonly #buckets = new PagedWords();
  readonly #sought = new Uint32Array(idWords);
  #bucketCount = 1;
  /** The highest power of two that is not above the count of buckets. */
  #round = 1;
  #size = 0;
  #last = 0;
  #firstFree = none;

  /** The highest number that was ever given. */
  get last(): number {
    return this.#last;
  }

  /** 0 where the id has no number. */
  find(id: string): number {
    readWords(id, this.#sought);
    return this.#findIn(this.#bucketOf(hash(this.#sought)));
  }

  /** Gives the id a number unless it has one. */
  add(id: string): number {
    const found = this.find(id);
    if (found !== none) return found;
    const number = this.#take();
    for (const [index, word] of this.#sought.entries()) this.#ids.set(number * idWords + index, word);
    this.#push(this.#bucketOf(hash(this.#sought)), number);
    this.#size += 1;
    if (this.#size > this.#bucketCount) this.#split();
    return number;
  }

  /** The number, which an id has, may be given to another from now on. */
  remove(number: number): void {
    const bucket = this.#bucketOf(this.#hashOf(number));
    const next = this.#next.get(number);
    let before = this.#buckets.get(bucket);
    if (before === number) {
      this.#buckets.set(bucket, next);
    } else {
      while (this.#next.get(before) !== number) before = this.#next.get(before);
      this.#next.set(before, next);
    }
    this.#next.set(number, this.#firstFree);
    this.#firstFree = number;
    this.#size -= 1;
  }

  #findIn(bucket: number): number {
    let number = this.#buckets.get(bucket);
    while (number !== none && !this.#isSought(number)) number = this.#next.get(number);
    return number;
  }

  #isSought(number: number): boolean {
    const at = number * idWords;
    const words = this.#sought;
    return (
      this.#ids.get(at) === words[0] &&
      this.#ids.get(at + 1) === words[1] &&
      this.#ids.get(at + 2) === words[2] &&
      this.#ids.get(at + 3) === words[3]
    );
  }

  #take(): number {
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

  /** Buckets that were not split in this round are told apart by one bit less. */
  #bucketOf(hashed: number): number {
    const bucket = hashed & (this.#round * 2 - 1);
    return bucket < this.#bucketCount ? bucket : bucket & (this.#round - 1);
  }

  #split(): void {
    const split = this.#bucketCount - this.#round;
    this.#bucketCount += 1;
    let number = this.#buckets.get(split);
    this.#buckets.set(split, none);
    while (number !== none) {
      const next = this.#next.get(number);
      this.#push(this.#bucketOf(this.#hashOf(number)), number);
      number = next;
    }
    if (this.#bucketCount === this.#round * 2) this.#round *= 2;
  }

  #hashOf(number: number): number {
    const at = number * idWords;
    return mix(this.#ids.get(at) ^ this.#ids.get(at + 1) ^ this.#ids.get(at + 2) ^ this.#ids.get(at + 3));
  }
}

function hash(words: Uint32Array): number {
  return mix((words[0] ?? 0) ^ (words[1] ?? 0) ^ (words[2] ?? 0) ^ (words[3] ?? 0));
}

/** Brings the high bits down: the buckets are told apart by the low ones. */
function mix(word: number): number {
  const mixed = Math.imul(word ^ (word >>> 16), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

/** The text of a UUID (RFC 9562 section 4): 8-4-4-4-12 hexadecimal digits. */
function readWords(id: string, words: Uint32Array): void {
  words[0] = readHex(id, 0, 8, 0);
  words[1] = readHex(id, 14, 18, readHex(id, 9, 13, 0));
  words[2] = readHex(id, 24, 28, readHex(id, 19, 23, 0));
  words[3] = readHex(id, 28, 36, 0);
}

function readHex(id: string, from: number, to: number, before: number): number {
  let value = before;
  for (let index = from; index < to; index += 1) {
    const code = id.charCodeAt(index);
    value = (value << 4) | (code < 0x3a ? code - 0x30 : code - 0x57);
  }
  return value;
}
