import type { ChannelModel, MessageModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import {
  isSchemaObject,
  type JsonSchema,
  type SchemaObject,
} from '../../scripts/posted/schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../../scripts/posted/schemas/schema-set.ts';

/** Contents of a message's frames: the contract's examples, or some bytes for a binary message. */
export function examplesOf({ encoding, examples }: MessageModel): readonly unknown[] {
  return encoding === 'binary' ? [Uint8Array.of(0, 255, 128, 10)] : examples;
}

/** Values for a channel's handshake: examples of all required values. */
export interface HandshakeExample {
  readonly parameters: Values;
  readonly query: Values;
  readonly headers: Values;
}

type Values = Readonly<Record<string, unknown>>;

/** The values as a handshake carries them. */
export function textsOf(values: Values): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

export function handshakeOf(channel: ChannelModel, schemas: SchemaSet): HandshakeExample {
  return {
    parameters: valuesOf(channel.parameters, schemas),
    query: valuesOf(channel.query, schemas),
    headers: valuesOf(channel.headers, schemas),
  };
}

function valuesOf(use: SchemaUse | null, schemas: SchemaSet): Values {
  const schema = use === null ? true : schemas.resolve({ $ref: `#/definitions/${use.definition}` });
  if (!isSchemaObject(schema) || !isSchemaObject(schema.properties)) return {};
  const { properties, required } = schema;
  const names = Array.isArray(required) ? required.map(String) : [];
  return Object.fromEntries(
    names.map((name) => [name, exampleOf(schemas.resolve(properties[name] as JsonSchema) as SchemaObject)]),
  );
}

function exampleOf({
  type,
  examples,
  enum: values,
  const: only,
  default: preset,
  minimum,
}: SchemaObject): unknown {
  const given = [only, preset].filter((value) => value !== undefined);
  const [first] = [...listOf(examples), ...listOf(values), ...given];
  if (first !== undefined) return first;
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  return type === 'boolean' ? true : 'any';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
