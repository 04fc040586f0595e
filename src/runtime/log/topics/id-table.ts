import { none, PagedWords } from './paged-memory.ts';

/** 32-bit words of a UUID. */
const idWords = 4;

/**
 * Assigns numbers, from 1, to ids. An id that is a lowercase UUID takes 24 bytes, where a Map with string keys takes
 * about 100; any other string is in such a Map.
 *
 * UUIDs are in a chained hash table that grows by linear hashing, one bucket at a time: adding an id never waits until
 * all others are rehashed.
 */
export class IdTable {
  readonly #uuids = new PagedWords();
  /** The next number in the bucket, or in the list of free numbers. */
  readonly #next = new PagedWords();
  /** The first number of each bucket. */
  readonly #buckets = new PagedWords();
  /** The UUID that is looked up. */
  readonly #key = new Int32Array(idWords);
  /** The ids that are not UUIDs. */
  readonly #numbers = new Map<string, number>();
  readonly #strings = new Map<number, string>();
  #bucketCount = 1;
  /** The largest power of two that is not above the number of buckets. */
  #level = 1;
  /** The number of UUIDs. */
  #size = 0;
  #last = 0;
  #firstFree = none;

  /** The highest number assigned so far. */
  get last(): number {
    return this.#last;
  }

  /** 0 if the id has no number. */
  find(id: string): number {
    if (!readUuid(id, this.#key)) return this.#numbers.get(id) ?? none;
    return this.#findIn(this.#bucketOf(hash(this.#key)));
  }

  /** Returns the number of the id, after assigning one to a new id. */
  add(id: string): number {
    if (!readUuid(id, this.#key)) return this.#numbers.get(id) ?? this.#addString(id);
    const bucket = this.#bucketOf(hash(this.#key));
    const found = this.#findIn(bucket);
    if (found !== none) return found;
    const number = this.#takeNumber();
    for (let index = 0; index < idWords; index += 1) {
      this.#uuids.set(number * idWords + index, this.#key[index] ?? 0);
    }
    this.#push(bucket, number);
    this.#size += 1;
    if (this.#size > this.#bucketCount) this.#split();
    return number;
  }

  /** Removes the id with this number, which may then be assigned to another id. */
  remove(number: number): void {
    const id = this.#strings.get(number);
    if (id === undefined) {
      this.#removeUuid(number);
    } else {
      this.#strings.delete(number);
      this.#numbers.delete(id);
    }
    this.#next.set(number, this.#firstFree);
    this.#firstFree = number;
  }

  #addString(id: string): number {
    const number = this.#takeNumber();
    this.#numbers.set(id, number);
    this.#strings.set(number, id);
    return number;
  }

  #removeUuid(number: number): void {
    const bucket = this.#bucketOf(this.#hashOf(number));
    const next = this.#next.get(number);
    let previous = this.#buckets.get(bucket);
    if (previous === number) {
      this.#buckets.set(bucket, next);
    } else {
      while (this.#next.get(previous) !== number) previous = this.#next.get(previous);
      this.#next.set(previous, next);
    }
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
      this.#uuids.get(start) === words[0] &&
      this.#uuids.get(start + 1) === words[1] &&
      this.#uuids.get(start + 2) === words[2] &&
      this.#uuids.get(start + 3) === words[3]
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
      this.#uuids.get(start) ^
        this.#uuids.get(start + 1) ^
        this.#uuids.get(start + 2) ^
        this.#uuids.get(start + 3),
    );
  }
}

function hash(words: Int32Array): number {
  return mix((words[0] ?? 0) ^ (words[1] ?? 0) ^ (words[2] ?? 0) ^ (words[3] ?? 0));
}

/** Mixes the high bits into the low ones, which select the bucket. */
function mix(word: number): number {
  const mixed = Math.imul(word ^ (word >>> 16), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

/**
 * Reads a UUID (RFC 9562 section 4): 8-4-4-4-12 hexadecimal digits. Returns false for any other string; the words are
 * then undefined. An uppercase digit makes it another string, because ids that differ must not share a number.
 */
function readUuid(id: string, words: Int32Array): boolean {
  if (id.length !== 36) return false;
  let word = 0;
  let digits = 0;
  for (let index = 0; index < 36; index += 1) {
    const code = id.charCodeAt(index);
    if (index === 8 || index === 13 || index === 18 || index === 23) {
      if (code !== 0x2d) return false;
      continue;
    }
    const digit = digitOf(code);
    if (digit < 0) return false;
    word = (word << 4) | digit;
    digits += 1;
    if ((digits & 7) === 0) words[digits / 8 - 1] = word;
  }
  return true;
}

/** Of the character 0 to 9 or a to f; -1 for any other. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}
