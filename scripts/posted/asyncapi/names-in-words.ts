/** The names that a problem lists, before it only counts. */
const maxListed = 5;

/** `a`, `b` and `c`; of many names, only the first ones. */
export function namesInWords(names: readonly string[], most = maxListed): string {
  const listed = names.slice(0, names.length > most ? most - 1 : most).map((name) => `\`${name}\``);
  const more = names.length - listed.length;
  if (more > 0) return `${listed.join(', ')} and ${more} more`;
  const last = listed.pop() ?? '';
  return listed.length === 0 ? last : `${listed.join(', ')} and ${last}`;
}
