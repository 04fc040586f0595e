import type { ContractModel, MessageModel, OperationModel } from '../asyncapi/contract-model.ts';
import { definitionOf } from '../schemas/definitions.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { stringsOf } from './alternatives.ts';

type Resolver = Pick<SchemaSet, 'resolve'>;

/** What applications write of messages: everything but constants and correlation ids, which the client fills in. */
export interface MessageContents {
  /** By key. Definitions cannot have these names. */
  readonly schemas: ReadonlyMap<string, JsonSchema>;
  /** The key of a message's content as a part of an operation; null if it is the message's definition. */
  keyOf(operation: OperationModel, message: MessageModel): string | null;
}

export function messageContentsOf({ channels }: ContractModel, schemas: Resolver): MessageContents {
  const contents = new Map<string, JsonSchema>();
  const keys = new Map<string, string>();
  for (const { operations, resume } of channels) {
    for (const operation of operations) {
      for (const message of writtenMessages(operation)) {
        // Acknowledgments are written by the runtime.
        if (message.name !== resume?.ack) add(operation, message);
      }
    }
  }
  return {
    schemas: contents,
    keyOf: (operation, message) => keys.get(identityOf(message, filledIn(operation, message))) ?? null,
  };

  function add(operation: OperationModel, message: MessageModel): void {
    const { definition } = message;
    const filled = filledIn(operation, message);
    const identity = identityOf(message, filled);
    if (definition === null || filled.length === 0 || keys.has(identity)) return;
    const schema = filled.reduce<JsonSchema>((rest, path) => without(rest, path, schemas), {
      $ref: `#/definitions/${definition}`,
    });
    // Messages of one definition may differ in what is filled in.
    let key = `${definition} content`;
    for (let number = 2; contents.has(key); number += 1) key = `${definition} content ${number}`;
    contents.set(key, schema);
    keys.set(identity, key);
  }
}

/** The messages of an operation that a client writes. */
function writtenMessages({ action, messages, reply }: OperationModel): readonly MessageModel[] {
  return action === 'receive' ? messages.map(({ message }) => message) : (reply ?? []);
}

type Path = readonly string[];

function filledIn(operation: OperationModel, message: MessageModel): readonly Path[] {
  const constants = Object.keys(message.constants).map((name) => [name]);
  const { correlationId } = message;
  return isCorrelated(operation) && correlationId !== null ? [...constants, correlationId] : constants;
}

/** Whether the client writes a correlation id, its own or that of the server's request. */
function isCorrelated({ action, messages, reply }: OperationModel): boolean {
  if (reply === null) return false;
  return action === 'receive' || messages.every(({ message }) => message.correlationId !== null);
}

function identityOf({ definition }: MessageModel, filled: readonly Path[]): string {
  return JSON.stringify([definition, ...filled]);
}

/** A schema without the property at the end of the path, in all of its branches. */
function without(
  schema: JsonSchema,
  path: Path,
  schemas: Resolver,
  visited: ReadonlySet<string> = new Set(),
): JsonSchema {
  const reference = definitionOf(schema);
  const resolved = schemas.resolve(schema);
  // A definition that is one of its own branches stays as it is there.
  if (!isSchemaObject(resolved) || (reference !== null && visited.has(reference))) return schema;
  const inside = reference === null ? visited : new Set([...visited, reference]);
  const branches = ['allOf', 'oneOf', 'anyOf'].flatMap((keyword) => {
    const all = resolved[keyword];
    if (!Array.isArray(all)) return [];
    return [[keyword, all.map((branch: JsonSchema) => without(branch, path, schemas, inside))]];
  });
  return { ...withoutMember(resolved, path, schemas), ...Object.fromEntries(branches) };
}

function withoutMember(schema: SchemaObject, [name = '', ...rest]: Path, schemas: Resolver): SchemaObject {
  const properties = isSchemaObject(schema.properties) ? schema.properties : {};
  const required = stringsOf(schema.required);
  const isOther = (key: string): boolean => key !== name;
  if (rest.length === 0) {
    const others = Object.entries(properties).filter(([key]) => isOther(key));
    return { ...schema, properties: Object.fromEntries(others), required: required.filter(isOther) };
  }
  if (!Object.hasOwn(properties, name)) return schema;
  const inner = without(properties[name] as JsonSchema, rest, schemas);
  // An object that is left without required members becomes optional itself.
  const isNeeded = isSchemaObject(inner) && stringsOf(inner.required).length > 0;
  return {
    ...schema,
    properties: { ...properties, [name]: inner },
    required: isNeeded ? required : required.filter(isOther),
  };
}
