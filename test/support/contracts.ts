import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** The contracts as they are published, and validators compiled from them here: independent of the generated code. */

export interface Json {
  readonly [key: string]: unknown;
}

const root = join(import.meta.dirname, '../..');

export const asyncapi: Json = JSON.parse(
  readFileSync(join(root, 'generated/docs/asyncapi.json.txt'), 'utf8'),
);
export const openapi: Json = parse(readFileSync(join(root, 'openapi.yaml'), 'utf8'));

/** What a JSON Pointer in `document` points to, through any number of `$ref`s. */
function resolve(document: Json, pointer: string): Json {
  let value: unknown = document;
  for (const part of pointer.split('/').slice(1)) {
    value = deref(document, value as Json)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return deref(document, value as Json);
}

export function deref(document: Json, value: Json): Json {
  return typeof value.$ref === 'string' ? resolve(document, value.$ref.slice(1)) : value;
}

export function entries(value: unknown): readonly (readonly [string, Json])[] {
  return Object.entries((value ?? {}) as Readonly<Record<string, Json>>);
}

const ajv = new Ajv({ strict: false });
addFormats.default(ajv);
ajv.addSchema({ $id: 'asyncapi', ...asyncapi });

const ajv2020 = new Ajv2020({ strict: false });
addFormats.default(ajv2020);
ajv2020.addSchema({ $id: 'openapi', ...openapi });

/** What is wrong with `value` by the schema at `pointer` of the contract; null if nothing. */
export function violationOf(
  contract: 'asyncapi' | 'openapi',
  pointer: string,
  value: unknown,
): string | null {
  const engine = contract === 'asyncapi' ? ajv : ajv2020;
  const validate = engine.getSchema(`${contract}#${pointer}`);
  if (validate === undefined) throw new Error(`${contract} has nothing at ${pointer}`);
  return validate(value) ? null : engine.errorsText(validate.errors);
}

export function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
