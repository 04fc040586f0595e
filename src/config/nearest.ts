const maxCompared = 64;

/** The one of `names` that `word` was probably meant to be; undefined where none is near. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  if (word.length > maxCompared) return undefined;
  const ranked = names
    .map((name) => ({ name, edits: countEdits(plain(word), plain(name)) }))
    .toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= best.name.length / 2 ? best.name : undefined;
}

/** `maxBodyBytes` and `max-body-bytes` are MAX_BODY_BYTES. */
function plain(name: string): string {
  return name.replaceAll(/[^a-z0-9]/gi, '').toUpperCase();
}

/** Levenshtein's distance. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, character] of Array.from(from).entries()) {
    const next = [line + 1];
    for (const [column, wanted] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (character === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
