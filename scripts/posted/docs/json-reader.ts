import { pointerOfReference, valueAt } from '../contract/json-pointer.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a document that has been checked before: what is not there, or not of the kind asked for, is empty. */
export interface JsonReader {
  readonly root: JsonObject;
  /** The object that a value is, or that its `$ref` leads to. */
  readonly follow: (value: unknown) => JsonObject;
  /** The members of an object that are objects, in order, references followed. */
  readonly members: (value: unknown) => readonly (readonly [name: string, value: JsonObject])[];
  readonly items: (value: unknown) => readonly unknown[];
}

export function createJsonReader(document: unknown): JsonReader {
  const follow = (value: unknown): JsonObject => followFrom(value, []);
  return {
    root: isSchemaObject(document) ? document : {},
    follow,
    members: (value) => Object.entries(follow(value)).map(([name, member]) => [name, follow(member)]),
    items: (value) => (Array.isArray(value) ? value : []),
  };

  function followFrom(value: unknown, passed: readonly string[]): JsonObject {
    if (!isSchemaObject(value)) return {};
    const { $ref: reference } = value;
    if (typeof reference !== 'string') return value;
    const pointer = pointerOfReference(reference);
    if (pointer === null || passed.includes(pointer)) return {};
    return followFrom(valueAt(document, pointer), [...passed, pointer]);
  }
}
