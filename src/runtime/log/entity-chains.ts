/** A power of two. More buckets than events make chains of one. */
const bucketCount = 32_768;

/** The end of a longer name tells entities apart well enough. */
const hashedLength = 64;

/**
 * For the events of a ring, finds the earlier events of the same entity. It is a hash table with chains in arrays of
 * numbers: unlike a Map of entities, it creates no garbage and forgets by itself what has left the ring.
 */
export class EntityChains {
  /** By bucket, the seq of the newest event. */
  readonly #newest = new Float64Array(bucketCount);
  /** By slot of the ring, the seq of the previous event in the same bucket; 0 for the first. */
  readonly #previous: Float64Array;

  constructor(ringLength: number) {
    this.#previous = new Float64Array(ringLength);
  }

  add(entity: string, seq: number): void {
    const bucket = bucketOf(entity);
    this.#previous[seq % this.#previous.length] = this.#newest[bucket] ?? 0;
    this.#newest[bucket] = seq;
  }

  /** The seq of an event before `seq`, which was added, that may be about the same entity; one that has left the ring or 0 at the end. */
  before(seq: number): number {
    return this.#previous[seq % this.#previous.length] ?? 0;
  }
}

/** FNV-1a, on UTF-16 code units. */
function bucketOf(entity: string): number {
  let hash = 0x811c9dc5;
  for (let index = Math.max(0, entity.length - hashedLength); index < entity.length; index += 1) {
    hash = Math.imul(hash ^ entity.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (bucketCount - 1);
}
