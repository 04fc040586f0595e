/**
 * Where the strings that begin with `prefix` end, in the order of code points: the least string
 * above them all, or null where nothing is above them. A range on an index, unlike LIKE, needs no
 * escapes and has no opinion about case.
 */
export function prefixEnd(prefix: string): string | null {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (codePoints.at(-1) === 0x10ffff) codePoints.pop();
  const last = codePoints.pop();
  if (last === undefined) return null;
  // No string that a store can hold has a code point among the surrogates.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...codePoints, next);
}
