import type { ChannelModel, MessageModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import {
  isSchemaObject,
  type JsonSchema,
  type SchemaObject,
} from '../../scripts/posted/schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../../scripts/posted/schemas/schema-set.ts';

/** What frames of a message may hold: the contract's examples; for bytes, any. */
export function examplesOf({ encoding, examples }: MessageModel): readonly unknown[] {
  return encoding === 'binary' ? [Uint8Array.of(0, 255, 128, 10)] : examples;
}

/** What a handshake of a channel may hold: the examples of the values that it requires. */
export interface HandshakeExample {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export function handshakeOf(channel: ChannelModel, schemas: SchemaSet): HandshakeExample {
  return {
    parameters: valuesOf(channel.parameters, schemas),
    query: valuesOf(channel.query, schemas),
    headers: valuesOf(channel.headers, schemas),
  };
}

function valuesOf(use: SchemaUse | null, schemas: SchemaSet): Readonly<Record<string, string>> {
  const schema = use === null ? true : schemas.resolve({ $ref: `#/definitions/${use.definition}` });
  if (!isSchemaObject(schema) || !isSchemaObject(schema.properties)) return {};
  const { properties, required } = schema;
  const names = Array.isArray(required) ? required.map(String) : [];
  return Object.fromEntries(
    names.map((name) => [name, exampleOf(schemas.resolve(properties[name] as JsonSchema) as SchemaObject)]),
  );
}

function exampleOf({ examples, enum: values, default: text }: SchemaObject): string {
  const [example] = [...listOf(examples), ...listOf(values), ...(text === undefined ? [] : [text]), 'any'];
  return String(example);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
