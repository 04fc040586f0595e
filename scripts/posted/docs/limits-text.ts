import type { LimitModel } from '../contract/limits.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';

/** `x-limits` in words: `Limits: 5 in 1 s per user (up to 10 at once).`; null without limits. */
export function limitsText(limits: unknown): string | null {
  const texts = [limits].flat().flatMap((limit) => {
    if (!isSchemaObject(limit)) return [];
    // The document was checked before.
    const { per, rate, seconds, burst } = limit as unknown as Partial<LimitModel>;
    const atOnce = burst == null ? '' : ` (up to ${burst} at once)`;
    return [`${rate} in ${seconds} s per ${per}${atOnce}`];
  });
  return texts.length === 0 ? null : `Limits: ${texts.join(', and ')}.`;
}
