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

function fill(template: PayloadTemplate, values: PayloadValues): unknown {
  if (typeof template === 'string') {
    const [name = '', column] = template.split('.');
    return column === undefined ? values.row[name] : values.returned[name]?.[column];
  }
  return Object.fromEntries(
    Object.entries(template).map(([property, part]) => [property, fill(part, values)]),
  );
}
