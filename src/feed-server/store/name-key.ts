/** An index entry of two names, each of which takes up to 4 bytes per code point, must fit into a page of PostgreSQL. */
const maxCodePoints = 200;

/**
 * A name as searches compare it: in compatibility form (NFKC), without differences of case, and with е for ё, which
 * Russian texts write either way. It is computed here, so that it is the same on every engine.
 */
export function nameKey(name: string): string {
  const folded = name
    .normalize('NFKC')
    // Twice, because some letters have no lower case of their own: ß is folded to ss, and ſ to s.
    .toUpperCase()
    .toLowerCase()
    // The lower case of Σ depends on whether the word ends there, which a prefix cannot know.
    .replaceAll('ς', 'σ')
    .normalize('NFKC')
    .replaceAll('ё', 'е');
  // Most names are shorter, whose code points need not be counted.
  return folded.length <= maxCodePoints ? folded : Array.from(folded).slice(0, maxCodePoints).join('');
}
