/**
 * Whether two values of JSON are the same. Ajv's own function calls `toString` and `valueOf` of what it
 * compares, and takes `constructor` for its class: a payload may have properties of these names.
 */
export default function jsonEqual(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return one === other;
  }
  const keys = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === Object.keys(other).length &&
    keys.every(
      (key) => Object.hasOwn(other, key) && jsonEqual(Reflect.get(one, key), Reflect.get(other, key)),
    )
  );
}
