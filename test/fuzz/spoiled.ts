import * as fc from 'fast-check';
import { any, names } from './any-json.ts';

/** Values with one or two mistakes. */
export function spoiled(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.array(mistake, { minLength: 1, maxLength: 2 }))
    .map(([value, mistakes]) => mistakes.reduce(spoil, value));
}

interface Mistake {
  readonly position: number;
  readonly kind: 'add' | 'remove' | 'replace';
  readonly name: string;
  readonly value: unknown;
}

const mistake: fc.Arbitrary<Mistake> = fc.record({
  position: fc.nat({ max: 30 }),
  kind: fc.constantFrom('add', 'remove', 'replace'),
  name: fc.constantFrom(...names),
  value: any,
});

/** Copies a value with a mistake at one of its positions. */
function spoil(value: unknown, { position, kind, name, value: other }: Mistake): unknown {
  const count = sizeOf(value);
  return spoilAt(value, position % count);

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

/** The number of values in a value, including itself. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, child) => sum + sizeOf(child), 1);
}
