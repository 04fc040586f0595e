import { pointerOfReference, valueAt } from '../contract/json-pointer.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a valid document: absent values and values of another type read as empty. */
export interface JsonReader {
  readonly root: JsonObject;
  /** The object itself, or the one that its `$ref` refers to. */
  readonly follow: (value: unknown) => JsonObject;
  /** The members of an object, in order, with references followed. */
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

  function followFrom(value: unknown, visited: readonly string[]): JsonObject {
    if (!isSchemaObject(value)) return {};
    const { $ref: reference } = value;
    if (typeof reference !== 'string') return value;
    const pointer = pointerOfReference(reference);
    if (pointer === null || visited.includes(pointer)) return {};
    return followFrom(valueAt(document, pointer), [...visited, pointer]);
  }
}
