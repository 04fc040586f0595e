import * as fc from 'fast-check';
import { any, names } from './any-json.ts';

/** Such values with one or two mistakes. */
export function spoiled(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(right, fc.array(mistake, { minLength: 1, maxLength: 2 }))
    .map(([value, mistakes]) => mistakes.reduce(spoil, value));
}

interface Mistake {
  readonly place: number;
  readonly kind: 'add' | 'remove' | 'replace';
  readonly name: string;
  readonly value: unknown;
}

const mistake: fc.Arbitrary<Mistake> = fc.record({
  place: fc.nat({ max: 30 }),
  kind: fc.constantFrom('add', 'remove', 'replace'),
  name: fc.constantFrom(...names),
  value: any,
});

/** A copy of a value with a mistake in one of its places. */
function spoil(value: unknown, { place, kind, name, value: other }: Mistake): unknown {
  const count = sizeOf(value);
  return spoilAt(value, place % count);

  function spoilAt(current: unknown, index: number): unknown {
    if (index === 0 && (kind === 'replace' || typeof current !== 'object' || current === null)) return other;
    const entries: [string, unknown][] = Object.entries(current ?? {});
    if (index === 0) {
      if (kind === 'add') entries.push([name, other]);
      else entries.pop();
      return build(current, entries);
    }
    let rest = index - 1;
    return build(
      current,
      entries.map(([key, child]) => {
        const size = sizeOf(child);
        const isHere = rest >= 0 && rest < size;
        const result = isHere ? spoilAt(child, rest) : child;
        rest -= size;
        return [key, result];
      }),
    );
  }
}

function build(like: unknown, entries: readonly (readonly [string, unknown])[]): unknown {
  return Array.isArray(like) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

/** How many values there are in a value, itself among them. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, child) => sum + sizeOf(child), 1);
}
