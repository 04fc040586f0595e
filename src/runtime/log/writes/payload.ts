import { payloadOf, type RegisteredWrite } from './registered-write.ts';
import type { PayloadTemplate } from './write-definition.ts';

/** The values that a template may name. */
export interface PayloadValues {
  readonly row: Readonly<Record<string, unknown>>;
  readonly returned: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

/** The JSON of a payload. Columns of type `json` are the values that the caller passed. */
export function renderPayload(template: PayloadTemplate, values: PayloadValues): string {
  return JSON.stringify(fill(template, values)) ?? 'null';
}

/** The JSON of a write's payload for a row; null for an event without one, and for one that uses what statements return. */
export function renderEarly(
  { event, hasReturnedPayload }: RegisteredWrite,
  row: PayloadValues['row'],
): string | null {
  const template = payloadOf(event);
  return template === undefined || hasReturnedPayload ? null : renderPayload(template, { row, returned: {} });
}

function fill(template: PayloadTemplate, values: PayloadValues): unknown {
  if (typeof template === 'string') {
    const [name = '', column] = template.split('.');
    return column === undefined ? values.row[name] : values.returned[name]?.[column];
  }
  return Object.fromEntries(
    Object.entries(template).map(([property, part]) => [property, fill(part, values)]),
  );
}
