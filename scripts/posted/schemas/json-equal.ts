/**
 * Whether two JSON values are equal. Ajv's own function calls `toString` and `valueOf` of the values, and compares
 * `constructor`, but payloads may have properties with these names.
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
