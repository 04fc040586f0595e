import { joinPointer, splitPointer } from '../contract/json-pointer.ts';
import { definitionOf } from '../schemas/definitions.ts';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import {
  areDisjoint,
  isArray,
  isObject,
  type ReferenceTargets,
  type Scalar,
  type Shape,
  shapesAt,
  shapesOf,
} from '../schemas/shapes.ts';
import type { MessageModel, MessageTag } from './contract-model.ts';
import { type Candidate, type OptionalMember, probesOf, valuesOf } from './message-probes.ts';
import type { ReadMessage } from './messages.ts';

/** The messages of one direction, and how they are identified. */
export interface TaggedMessages {
  readonly messages: readonly TaggedMessage[];
  /** Messages that match the same values, each group with two or more. */
  readonly groups: readonly (readonly ReadMessage[])[];
  readonly advice: IdentificationAdvice;
}

export type TaggedMessage = Omit<MessageModel, 'received' | 'limits'>;

/** What would identify messages better. */
export interface IdentificationAdvice {
  /** Members that identify messages which need not have them. */
  readonly optional: readonly OptionalMember[];
  /** Members that would tell messages of the groups apart if they were required. */
  readonly missing: ReadonlySet<string>;
}

/**
 * Determines how the messages of one direction are identified: by a property with different values in each message, by
 * AsyncAPI's discriminator, by several members that differ between some of them, or by schemas without common values.
 */
export function tagMessages(messages: readonly ReadMessage[], schemas: SchemaSet): TaggedMessages {
  const identified = (['json', 'msgpack'] as const).map((wanted) =>
    identify(
      messages.filter(({ encoding }) => encoding === wanted),
      schemas,
    ),
  );
  const texts = messages.filter(({ encoding }) => encoding === 'text');
  const binary = messages.filter(({ encoding }) => encoding === 'binary');
  return {
    messages: messages.map((message) => {
      const { node: _node, ...model } = message;
      const tag = identified.map(({ found }) => found?.tags.get(message)).find(Boolean) ?? null;
      const own = identified.flatMap(({ probes }) => probes?.of.get(message) ?? []);
      const constants = constantsOf(message, tag === null ? own : [tag], schemas);
      return { ...model, tag, probes: own, constants };
    }),
    groups: [
      ...identified.flatMap(({ probes }) => probes?.groups ?? []),
      ...indistinctTexts(texts, schemas),
      ...groupOf(binary),
    ],
    advice: {
      optional: identified.flatMap(({ found, probes }) => [
        ...(found?.optional ?? []),
        ...(probes?.optional ?? []),
      ]),
      missing: new Set(identified.flatMap(({ probes }) => [...(probes?.missing ?? [])])),
    },
  };
}

/** The frame tells JSON from MessagePack, so each is identified by itself. */
function identify(
  messages: readonly ReadMessage[],
  schemas: SchemaSet,
): { readonly found: Tags | null; readonly probes: ReturnType<typeof probesOf> | null } {
  const found = tagsOf(messages, schemas);
  return { found, probes: found === null && messages.length > 1 ? probesOf(messages, schemas) : null };
}

/** The properties with one possible value that every such message has, by its schema or because they identify it. */
function constantsOf(
  message: ReadMessage,
  tags: readonly MessageTag[],
  schemas: SchemaSet,
): MessageModel['constants'] {
  const constants = new Map<string, Scalar>();
  const { definition } = message;
  // Members of an array have positions instead of names.
  if (definition !== null && rootShapes(schemas, definition).every(isArray)) return {};
  const candidates = definition === null ? [] : candidatesOf(message, schemas, 1);
  for (const [pointer, { values, isRequired }] of candidates) {
    const [value] = values;
    const [name = ''] = splitPointer(pointer);
    if (value !== undefined && values.length === 1 && isRequired) constants.set(name, value);
  }
  for (const { path, values } of tags) {
    const [name, inner] = path;
    const [value] = values;
    if (inner === undefined && value !== undefined && values.length === 1) constants.set(name, value);
  }
  return Object.fromEntries(constants);
}

interface Tags {
  readonly tags: ReadonlyMap<ReadMessage, MessageTag>;
  /** The tag of messages that need not have it, although it identifies them. */
  readonly optional: readonly OptionalMember[];
}

function tagsOf(messages: readonly ReadMessage[], schemas: SchemaSet): Tags | null {
  if (messages.length === 0) return null;
  // `headers` and `payload` take one step.
  const depths = [1, 2, 3];
  const certain = depths.values().map((depth) => findTags(messages, schemas, depth, true));
  const required = certain.find((tags) => tags !== null);
  // A single message needs no identification by a property that its schema does not require.
  if (required !== undefined || messages.length === 1) return required ?? null;
  const likely = depths.values().map((depth) => findTags(messages, schemas, depth, false));
  return likely.find((tags) => tags !== null) ?? discriminatorTags(messages, schemas);
}

function findTags(
  messages: readonly ReadMessage[],
  schemas: SchemaSet,
  depth: number,
  mustBeRequired: boolean,
): Tags | null {
  const candidates = messages.map((message) => candidatesOf(message, schemas, depth));
  const path = [...(candidates[0]?.keys() ?? [])].find(
    (pointer) =>
      areDistinct(candidates.map((own) => own.get(pointer)?.values)) &&
      (!mustBeRequired || candidates.every((own) => own.get(pointer)?.isRequired)),
  );
  if (path === undefined) return null;
  const lacking = messages.filter((_, index) => candidates[index]?.get(path)?.isRequired !== true);
  // Of several messages, any could be one without the tag.
  const [only, second] = lacking;
  const optional = second === undefined ? [] : lacking.map((message) => ({ pointer: path, message }));
  const [first = '', ...rest] = splitPointer(path);
  const tagAt = (message: ReadMessage, index: number): MessageTag => ({
    path: [first, ...rest],
    values: candidates[index]?.get(path)?.values ?? [],
    isOptional: second === undefined && message === only,
  });
  return { tags: new Map(messages.map((message, index) => [message, tagAt(message, index)])), optional };
}

/** The properties at a depth that have a fixed set of values, by JSON Pointer. */
function candidatesOf(
  { definition }: ReadMessage,
  schemas: SchemaSet,
  depth: number,
): ReadonlyMap<string, Candidate> {
  const root = rootShapes(schemas, definition ?? '');
  let level = [{ pointer: '', shapes: root, isRequired: true }];
  for (let step = 0; step < depth; step += 1) {
    level = level.flatMap(({ pointer, shapes, isRequired }) =>
      namesIn(shapes).map((name) => ({
        pointer: joinPointer(pointer, name),
        shapes: shapes.flatMap((shape) => shapesAt(schemas, shape, name)),
        isRequired: isRequired && shapes.every((shape) => isObject(shape) && shape.required.has(name)),
      })),
    );
  }
  return new Map(
    level.flatMap(({ pointer, shapes, isRequired }) => {
      const values = valuesOf(shapes);
      return values === null ? [] : [[pointer, { values, isRequired }]];
    }),
  );
}

/** The properties that all shapes mention. */
function namesIn([first, ...others]: readonly Shape[]): readonly string[] {
  const names = [...(first?.properties.keys() ?? [])];
  return names.filter((name) => others.every(({ properties }) => properties.has(name)));
}

function areDistinct(lists: readonly (readonly Scalar[] | undefined)[]): boolean {
  const known = lists.filter((list) => list !== undefined);
  const all = known.flat();
  return known.length === lists.length && new Set(all).size === all.length;
}

/** AsyncAPI 3.0, Schema Object, `discriminator`: the property's value is the name of the component. */
function discriminatorTags(messages: readonly ReadMessage[], schemas: SchemaSet): Tags | null {
  const found = messages.map((message) => discriminatorOf(message, schemas));
  const [first] = found;
  const paths = new Set(found.map((tag) => JSON.stringify(tag?.path)));
  if (first === undefined || first === null || paths.size > 1) return null;
  if (!areDistinct(found.map((tag) => tag?.values))) return null;
  return { tags: new Map(messages.map((message, index) => [message, found[index] ?? first])), optional: [] };
}

function discriminatorOf({ definition }: ReadMessage, schemas: SchemaSet): MessageTag | null {
  const own = schemas.definitions.get(definition ?? '');
  if (own === undefined) return null;
  const envelope = own.origin.startsWith('message ') ? payloadOf(own.schema) : null;
  const name = envelope === null ? definition : definitionOf(envelope);
  const schema = schemas.definitions.get(name ?? '');
  const component = /^schema (.*)$/s.exec(schema?.origin ?? '')?.[1];
  const property = schema === undefined ? null : findDiscriminator(schema.schema, schemas, new Set());
  if (component === undefined || property === null) return null;
  return {
    path: envelope === null ? [property] : ['payload', property],
    values: [component],
    isOptional: false,
  };
}

function payloadOf(schema: JsonSchema): JsonSchema | null {
  if (!isSchemaObject(schema) || !isSchemaObject(schema.properties)) return null;
  const { headers, payload } = schema.properties;
  return headers === undefined || payload === undefined ? null : (payload as JsonSchema);
}

function findDiscriminator(schema: JsonSchema, schemas: SchemaSet, seen: Set<string>): string | null {
  if (!isSchemaObject(schema)) return null;
  if (typeof schema.discriminator === 'string') return schema.discriminator;
  const reference = definitionOf(schema);
  const parts: JsonSchema[] = Array.isArray(schema.allOf) ? [...schema.allOf] : [];
  if (reference !== null && !seen.has(reference)) {
    seen.add(reference);
    parts.push(schemas.definitions.get(reference)?.schema ?? true);
  }
  for (const part of parts) {
    const found = findDiscriminator(part, schemas, seen);
    if (found !== null) return found;
  }
  return null;
}

/** Texts of which none matches two are told apart by their schemas. */
function indistinctTexts(
  messages: readonly ReadMessage[],
  schemas: SchemaSet,
): readonly (readonly ReadMessage[])[] {
  return areDistinguishable(
    messages.map(({ definition }) => definition ?? ''),
    schemas,
  )
    ? []
    : groupOf(messages);
}

function groupOf(messages: readonly ReadMessage[]): readonly (readonly ReadMessage[])[] {
  return messages.length > 1 ? [messages] : [];
}

/** Whether no value matches two of the definitions. */
export function areDistinguishable(names: readonly string[], schemas: ReferenceTargets): boolean {
  const shapes = names.map((name) => rootShapes(schemas, name));
  return shapes.every((ones, index) =>
    shapes
      .slice(0, index)
      .every((others) => ones.every((one) => others.every((other) => areDisjoint(schemas, one, other)))),
  );
}

function rootShapes(schemas: ReferenceTargets, definition: string): readonly Shape[] {
  return shapesOf(schemas, [{ $ref: `#/definitions/${definition}` }]);
}
