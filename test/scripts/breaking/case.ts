import type { JsonSchema } from '../../../scripts/posted/schemas/json-schema.ts';

export const text = { type: 'string' };
export const whole = { type: 'integer' };
export const number = { type: 'number' };

export function object(properties: object, required: readonly string[] = [], more: object = {}): JsonSchema {
  return { type: 'object', properties, required, ...more };
}

export const closed = { additionalProperties: false };

export function tagged(...tags: readonly string[]): JsonSchema {
  return { oneOf: tags.map((tag) => object({ t: { const: tag } }, ['t'])) };
}

export function node(value: JsonSchema): JsonSchema {
  return object({ value, next: { $ref: '#/components/schemas/X' } }, ['value']);
}

export type Outcome = 'safe' | 'risky' | 'breaking';

/** What changes, both versions, and what that means for what the server sends and for what it receives. */
export type Case = readonly [
  what: string,
  old: JsonSchema,
  current: JsonSchema,
  sent: Outcome,
  received: Outcome,
];
