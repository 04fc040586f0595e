import { closest, distance } from 'fastest-levenshtein';

/** The name that was probably meant; null if none is similar. */
export function nearestName(name: string, names: readonly string[]): string | null {
  const nearest = closest(name, names);
  return distance(name, nearest) <= Math.min(3, nearest.length / 2) ? nearest : null;
}
