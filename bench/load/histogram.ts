/** Buckets per power of two: the width of a bucket is below 1 % of its values. */
const perOctave = 128;

/** Up to 2^32 µs, which is over an hour. */
const buckets = Math.ceil(perOctave * (32 - Math.log2(perOctave) + 1));

/** Counts times in buckets whose width grows with the time, so that millions of times take 13 KB. */
export class Histogram {
  readonly #counts = new Uint32Array(buckets);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** Exact. */
  get maxMs(): number {
    return this.#max;
  }

  add(ms: number): void {
    const bucket = bucketOf(Math.max(0, Math.round(ms * 1000)));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    if (ms > this.#max) this.#max = ms;
  }

  /** The quantile of this share (0 to 1) in ms, accurate to 1 %; 0 without values. */
  quantileMs(share: number): number {
    let left = Math.max(1, Math.ceil(this.#count * share));
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (count > 0 && left <= 0) return Math.min(this.#max, middleOf(bucket) / 1000);
    }
    return 0;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#max = 0;
  }
}

function bucketOf(us: number): number {
  if (us < perOctave) return us;
  const shift = 31 - Math.clz32(us) - Math.log2(perOctave);
  return shift * perOctave + (us >>> shift);
}

function middleOf(bucket: number): number {
  if (bucket < 2 * perOctave) return bucket;
  const shift = Math.floor(bucket / perOctave) - 1;
  return (bucket - shift * perOctave + 0.5) * 2 ** shift;
}
