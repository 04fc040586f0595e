import { payloadOf, type RegisteredWrite } from './registered-write.ts';
import type { PayloadTemplate } from './write-definition.ts';

/** The values that a template may name. */
export interface PayloadValues {
  readonly row: Readonly<Record<string, unknown>>;
  readonly returned: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

/** Returns compact JSON. Columns of type `json` are the values that the caller passed. */
export type PayloadRenderer = (values: PayloadValues) => string;

/** Returns the JSON of a write's payload for a row; null if only the engine can make it, and for an event without one. */
export type EarlyRenderer = (row: PayloadValues['row']) => string | null;

/** Prepares a template once for many payloads. */
export function payloadRenderer(template: PayloadTemplate): PayloadRenderer {
  const fill = compile(template);
  return (values) => JSON.stringify(fill(values)) ?? 'null';
}

/** Prepares the payload of a write, unless it uses what statements return. */
export function earlyRenderer({ event, hasReturnedPayload }: RegisteredWrite): EarlyRenderer {
  const template = payloadOf(event);
  if (template === undefined || hasReturnedPayload) return () => null;
  const render = payloadRenderer(template);
  return (row) => render({ row, returned: {} });
}

function compile(template: PayloadTemplate): (values: PayloadValues) => unknown {
  if (typeof template === 'string') {
    const [name = '', column] = template.split('.');
    return column === undefined ? ({ row }) => row[name] : ({ returned }) => returned[name]?.[column];
  }
  const properties = Object.entries(template).map(([name, part]) => [name, compile(part)] as const);
  return (values) => Object.fromEntries(properties.map(([name, fill]) => [name, fill(values)]));
}
