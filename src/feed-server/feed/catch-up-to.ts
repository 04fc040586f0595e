import type { Tail } from './tail.ts';

/** Reads the log because it has been said to reach up to `seq`, which may be wrong. */
export async function catchUpTo(tail: Pick<Tail, 'seq' | 'catchUp'>, seq: number): Promise<void> {
  // The first read may be one that began before the event was there; the second is not.
  for (let reads = 0; reads < 2 && tail.seq < seq; reads += 1) await tail.catchUp();
}
