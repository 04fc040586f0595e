import type { Random } from './random.ts';

/** Moments until `endMs`, each so long after the one before. */
export function* momentsOf(
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
