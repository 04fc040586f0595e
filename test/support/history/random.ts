/** Pseudo-random numbers, the same for the same seed on every machine. */
export interface Random {
  /** At least `from`, below `to`. */
  between(from: number, to: number): number;
  /** An integer at least `from`, below `to`. */
  integer(from: number, to: number): number;
  /** True with that probability. */
  chance(share: number): boolean;
  /** @throws RangeError for an empty list */
  pick<Value>(values: readonly Value[]): Value;
  shuffle<Value>(values: readonly Value[]): Value[];
  /** An independent source: drawing from it does not affect this one. */
  fork(): Random;
}

/** A counter (Weyl sequence) through the finalizer of MurmurHash3, as in SplitMix (Steele, Lea and Flood, 2014). */
export function createRandom(seed: number): Random {
  let counter = seed | 0;

  function next(): number {
    counter = (counter + 0x9e3779b9) | 0;
    let bits = counter;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return (bits ^ (bits >>> 16)) >>> 0;
  }

  const between = (from: number, to: number): number => from + (next() / 2 ** 32) * (to - from);
  const integer = (from: number, to: number): number => Math.floor(between(from, to));

  return {
    between,
    integer,
    chance: (share) => between(0, 1) < share,
    pick(values) {
      if (values.length === 0) throw new RangeError('cannot pick from an empty list');
      return values[integer(0, values.length)] as (typeof values)[number];
    },
    shuffle: (values) =>
      values
        .map((value) => ({ value, rank: next() }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ value }) => value),
    fork: () => createRandom(next()),
  };
}

/** Increasing times below `endMs`, each between `fromMs` and `toMs` after the previous one. */
export function* randomTimes(
  random: Random,
  endMs: number,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Generator<number> {
  for (let atMs = 0; ; ) {
    atMs += random.integer(fromMs, toMs);
    if (atMs >= endMs) return;
    yield atMs;
  }
}
