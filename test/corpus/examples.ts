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
