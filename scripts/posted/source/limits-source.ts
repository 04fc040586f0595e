import type { LimitModel } from '../contract/limits.ts';
import { enclose, literal } from './typescript-source.ts';

/** The property `limits` of a descriptor; null without limits. */
export function limitsProperty(limits: readonly LimitModel[]): string | null {
  if (limits.length === 0) return null;
  const sources = limits.map((limit) =>
    enclose(
      '{',
      Object.entries(limit).flatMap(([name, value]) =>
        value === null ? [] : [`${name}: ${literal(value)}`],
      ),
      '}',
    ),
  );
  return `limits: ${enclose('[', sources, ']')}`;
}
