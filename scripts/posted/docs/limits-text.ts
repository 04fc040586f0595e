import { isSchemaObject } from '../schemas/json-schema.ts';

/** What `x-limits` says, in words: `Limits: 5 in 1 s per user (up to 10 at once).`; null if there are none. */
export function limitsText(limits: unknown): string | null {
  const texts = [limits].flat().flatMap((limit) => {
    if (!isSchemaObject(limit)) return [];
    const { per, rate, seconds, burst } = limit;
    const atOnce = burst === undefined ? '' : ` (up to ${String(burst)} at once)`;
    return [`${String(rate)} in ${String(seconds)} s per ${String(per)}${atOnce}`];
  });
  return texts.length === 0 ? null : `Limits: ${texts.join(', and ')}.`;
}
