import { joinPointer, splitPointer } from '../contract/json-pointer.ts';
import { definitionOf } from '../schemas/definitions.ts';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import {
  areDisjoint,
  isObject,
  type ReferenceTargets,
  type Scalar,
  type Shape,
  shapesAt,
  shapesOf,
} from '../schemas/shapes.ts';
import type { MessageModel, MessageTag } from './contract-model.ts';
import type { ReadMessage } from './messages.ts';

/**
 * Determines how the messages of one direction are identified, and reports those that cannot be. They are identified by
 * a property with different values in each message, by AsyncAPI's discriminator, or by disjoint schemas.
 */
export function tagMessages(
  channel: string,
  messages: readonly ReadMessage[],
  schemas: SchemaSet,
): readonly Omit<MessageModel, 'received' | 'limits'>[] {
  const json = messages.filter(({ encoding }) => encoding === 'json');
  const tags = tagsOf(json, schemas);
  if (tags === null && json.length > 1) checkDisjoint(channel, json, schemas);
  return messages.map((message) => {
    const { node: _node, ...model } = message;
    const tag = tags?.get(message) ?? null;
    return { ...model, tag, constants: constantsOf(message, tag, schemas) };
  });
}

/** The properties with one possible value that every such message has, by its schema or because they identify it. */
function constantsOf(
  message: ReadMessage,
  tag: MessageTag | null,
  schemas: SchemaSet,
): MessageModel['constants'] {
  const constants = new Map<string, Scalar>();
  const { definition } = message;
  const candidates = definition === null ? [] : candidatesOf(message, schemas, 1);
  for (const [pointer, { values, isRequired }] of candidates) {
    const [value] = values;
    const [name = ''] = splitPointer(pointer);
    if (value !== undefined && values.length === 1 && isRequired) constants.set(name, value);
  }
  if (tag !== null) {
    const [name, inner] = tag.path;
    const [value] = tag.values;
    if (inner === undefined && value !== undefined && tag.values.length === 1) constants.set(name, value);
  }
  return Object.fromEntries(constants);
}

type Tags = ReadonlyMap<ReadMessage, MessageTag>;

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
  for (const [index, own] of candidates.entries()) {
    if (own.get(path)?.isRequired === true) continue;
    const what = `${path} identifies this message but is not required`;
    messages[index]?.node.warn(what, 'add it to `required`, because messages without it are rejected');
  }
  const [first = '', ...rest] = splitPointer(path);
  return new Map(
    messages.map((message, index) => [
      message,
      { path: [first, ...rest], values: candidates[index]?.get(path)?.values ?? [] },
    ]),
  );
}

interface Candidate {
  readonly values: readonly Scalar[];
  /** Whether every value of the schema has the property. */
  readonly isRequired: boolean;
}

/** The properties at a depth that have a fixed set of values, by JSON Pointer. */
function candidatesOf(
  { definition }: ReadMessage,
  schemas: SchemaSet,
  depth: number,
): ReadonlyMap<string, Candidate> {
  const root = shapesOf(schemas, [{ $ref: `#/definitions/${definition}` }]);
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

function valuesOf(shapes: readonly Shape[]): readonly Scalar[] | null {
  const values = shapes.map((shape) => shape.values);
  return values.length > 0 && values.every((own) => own !== null) ? [...new Set(values.flat())] : null;
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
  return new Map(messages.map((message, index) => [message, found[index] ?? first]));
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
  return { path: envelope === null ? [property] : ['payload', property], values: [component] };
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

/** Reports messages that match the same value, and which properties would tell them apart if they were required. */
function checkDisjoint(channel: string, messages: readonly ReadMessage[], schemas: SchemaSet): void {
  const pairs = messages.flatMap((message, index) =>
    messages
      .slice(0, index)
      .filter((other) => !areDistinguishable([other.definition ?? '', message.definition ?? ''], schemas))
      .map((earlier): Pair => ({ earlier, message, property: distinctProperty(earlier, message, schemas) })),
  );
  reportPairs(
    channel,
    pairs.filter(({ property }) => property !== null),
    ([...properties]) =>
      `add ${inWords(properties)} to \`required\` of those that have them: their values differ`,
  );
  reportPairs(
    channel,
    pairs.filter(({ property }) => property === null),
    () => 'give each a required property with a different `const`, such as `type`',
  );
}

/** Two messages that match the same value. */
interface Pair {
  readonly earlier: ReadMessage;
  readonly message: ReadMessage;
  /** A property whose values differ, but which a message need not have. */
  readonly property: string | null;
}

function distinctProperty(one: ReadMessage, other: ReadMessage, schemas: SchemaSet): string | null {
  const [own, others] = [candidatesOf(one, schemas, 1), candidatesOf(other, schemas, 1)];
  const found = own.keys().find((pointer) => {
    const values = others.get(pointer)?.values;
    return values !== undefined && areDistinct([own.get(pointer)?.values, values]);
  });
  return found === undefined ? null : (splitPointer(found)[0] ?? null);
}

function reportPairs(
  channel: string,
  pairs: readonly Pair[],
  fixOf: (properties: ReadonlySet<string>) => string,
): void {
  const [first] = pairs;
  if (first === undefined) return;
  const names = new Set(pairs.flatMap(({ earlier, message }) => [earlier.name, message.name]));
  const properties = new Set(pairs.flatMap(({ property }) => property ?? []));
  first.message.node.report(
    `messages ${inWords([...names])} of channel \`${channel}\` match the same values`,
    fixOf(properties),
  );
}

/** The names that a problem lists, before it only counts. */
const maxListed = 5;

function inWords(names: readonly string[]): string {
  const listed = names
    .slice(0, names.length > maxListed ? maxListed - 1 : maxListed)
    .map((name) => `\`${name}\``);
  const more = names.length - listed.length;
  if (more > 0) return `${listed.join(', ')} and ${more} more`;
  const last = listed.pop() ?? '';
  return listed.length === 0 ? last : `${listed.join(', ')} and ${last}`;
}

/** Whether no value matches two of the definitions. */
export function areDistinguishable(names: readonly string[], schemas: ReferenceTargets): boolean {
  const shapes = names.map((name) => shapesOf(schemas, [{ $ref: `#/definitions/${name}` }]));
  return shapes.every((ones, index) =>
    shapes
      .slice(0, index)
      .every((others) => ones.every((one) => others.every((other) => areDisjoint(schemas, one, other)))),
  );
}
