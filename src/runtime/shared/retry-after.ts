/**
 * The value of a Retry-After header: seconds or a date (RFC 9110 section 10.2.3), as milliseconds from now. Undefined if
 * it is missing or neither.
 */
export function parseRetryAfter(value: string | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(delayMs) ? undefined : Math.max(0, delayMs);
}
