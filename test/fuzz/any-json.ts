import * as fc from 'fast-check';

/** Property names of schemas, and of every JavaScript object. */
export const names = [
  'a',
  'b',
  'c',
  's',
  'sg',
  'kind',
  'next',
  'constructor',
  'toString',
  '__proto__',
  '',
  'ключ',
  "it's",
];

export const scalar = fc.oneof(
  fc.constantFrom(null, true, false, '', 'a', 'ab', '💥', '💥💥💥', 0, -0, 1, 1.5, 3, 6, 1e308, 2 ** 31),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Any small JSON value. */
export const any: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  objectOf(fc.constantFrom(...names), scalar, 3),
);

/** Uses `fromEntries`, which defines a member named `__proto__` like `JSON.parse`. */
export function objectOf(
  key: fc.Arbitrary<string>,
  value: fc.Arbitrary<unknown>,
  maxLength: number,
): fc.Arbitrary<object> {
  return fc.array(fc.tuple(key, value), { maxLength }).map((entries) => Object.fromEntries(entries));
}
