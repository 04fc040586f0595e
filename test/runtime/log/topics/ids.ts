/** The lowercase UUID for a number. */
export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** The topic for a number: a UUID, one in uppercase, or another string. */
export function nameOf(number: number): string {
  const id = idOf(0xabc_0000_0000 + Math.floor(number / 3));
  return [id, id.toUpperCase(), `auction ${number}`][number % 3] ?? '';
}
