import { definitionOf } from './definitions.ts';
import { isSchemaObject, type JsonSchema } from './json-schema.ts';

/** The targets of references. */
export interface ReferenceTargets {
  readonly definitions: ReadonlyMap<string, { readonly schema: JsonSchema }>;
}

export type Scalar = string | number | boolean | null;

/**
 * What is certain about every value of a schema. A schema with alternatives has several shapes, and each value has at
 * least one of them. Whatever a shape does not mention can be anything.
 */
export interface Shape {
  /** The possible JSON types, with integers as numbers; null for any. */
  readonly types: ReadonlySet<string> | null;
  /** The possible values; null for any. */
  readonly values: readonly Scalar[] | null;
  readonly required: ReadonlySet<string>;
  /** All schemas that apply to a property. */
  readonly properties: ReadonlyMap<string, readonly JsonSchema[]>;
  /** The only possible properties; null for any. */
  readonly allowed: ReadonlySet<string> | null;
}

/** Beyond this number of alternatives, nothing counts as certain. */
const maxShapes = 64;

const anything: Shape = {
  types: null,
  values: null,
  required: new Set(),
  properties: new Map(),
  allowed: null,
};

/** Caches the shapes of definitions, which many schemas may refer to. */
const cache = new WeakMap<ReferenceTargets, Map<string, readonly Shape[]>>();

/** The shapes of the values that match all schemas. */
export function shapesOf(schemas: ReferenceTargets, all: readonly JsonSchema[]): readonly Shape[] {
  return all.reduce<readonly Shape[]>(
    (before, schema) => combine(before, shapesOfOne(schemas, schema)),
    [anything],
  );
}

function shapesOfOne(schemas: ReferenceTargets, schema: JsonSchema): readonly Shape[] {
  if (!isSchemaObject(schema)) return [anything];
  const reference = definitionOf(schema);
  if (reference !== null) return shapesOfDefinition(schemas, reference);
  const { allOf, anyOf, oneOf } = schema;
  let shapes: readonly Shape[] = [ownShape(schema)];
  if (Array.isArray(allOf)) shapes = combine(shapes, shapesOf(schemas, allOf));
  for (const options of [anyOf, oneOf]) {
    if (!Array.isArray(options)) continue;
    const alternatives = options.flatMap((option: JsonSchema) => shapesOfOne(schemas, option));
    shapes = combine(shapes, alternatives);
  }
  return shapes;
}

/** Terminates, because definitions that refer to themselves for the same value have been refused. */
function shapesOfDefinition(schemas: ReferenceTargets, name: string): readonly Shape[] {
  const own = cache.get(schemas) ?? new Map<string, readonly Shape[]>();
  cache.set(schemas, own);
  const shapes = own.get(name) ?? shapesOfOne(schemas, schemas.definitions.get(name)?.schema ?? true);
  own.set(name, shapes);
  return shapes;
}

function ownShape(schema: Readonly<Record<string, unknown>>): Shape {
  const { type, enum: listed, required, properties, patternProperties, additionalProperties } = schema;
  const values = 'const' in schema ? [schema.const] : Array.isArray(listed) ? listed : null;
  const named = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : null;
  const members = isSchemaObject(properties) ? Object.entries(properties) : [];
  const isClosed = additionalProperties === false && patternProperties === undefined;
  return {
    types: narrower(named && new Set(named.map(kindOf)), values && new Set(values.map(typeOf))),
    values: values?.every(isScalar) === true ? values : null,
    required: new Set(Array.isArray(required) ? required.map(String) : []),
    properties: new Map(members.map(([name, member]) => [name, [member as JsonSchema]])),
    allowed: isClosed ? new Set(members.map(([name]) => name)) : null,
  };
}

/** Combines each shape of one list with each of the other. */
function combine(ones: readonly Shape[], others: readonly Shape[]): readonly Shape[] {
  if (ones.length * others.length > maxShapes) return [anything];
  return ones.flatMap((one) => others.map((other) => both(one, other)));
}

function both(one: Shape, other: Shape): Shape {
  const properties = new Map(one.properties);
  for (const [name, schemas] of other.properties)
    properties.set(name, [...(properties.get(name) ?? []), ...schemas]);
  return {
    types: narrower(one.types, other.types),
    values:
      one.values === null || other.values === null
        ? (one.values ?? other.values)
        : common(one.values, other.values),
    required: one.required.union(other.required),
    properties,
    allowed: narrower(one.allowed, other.allowed),
  };
}

function narrower<Value>(
  one: ReadonlySet<Value> | null,
  other: ReadonlySet<Value> | null,
): ReadonlySet<Value> | null {
  return one === null || other === null ? (one ?? other) : one.intersection(other);
}

function common(one: readonly Scalar[], other: readonly Scalar[]): readonly Scalar[] {
  return one.filter((value) => other.includes(value));
}

/** An integer is a number. */
function kindOf(type: string): string {
  return type === 'integer' ? 'number' : type;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** Whether no value can have both shapes. `depth` limits how many levels of properties are compared. */
export function areDisjoint(schemas: ReferenceTargets, one: Shape, other: Shape, depth = 3): boolean {
  if (narrower(one.types, other.types)?.size === 0) return true;
  if (one.values !== null && other.values !== null && common(one.values, other.values).length === 0)
    return true;
  // The rest of a shape is certain only for objects.
  if (!isObject(one) || !isObject(other)) return false;
  if (forbids(one, other) || forbids(other, one)) return true;
  if (depth === 0) return false;
  return [...one.required.intersection(other.required)].some((name) => {
    const [its, others] = [shapesAt(schemas, one, name), shapesAt(schemas, other, name)];
    return its.every((shape) =>
      others.every((candidate) => areDisjoint(schemas, shape, candidate, depth - 1)),
    );
  });
}

/** Whether all values of a shape are objects. */
export function isObject({ types }: Shape): boolean {
  return types?.size === 1 && types.has('object');
}

function forbids({ allowed }: Shape, { required }: Shape): boolean {
  return allowed !== null && !required.isSubsetOf(allowed);
}

/** The shapes of a property, if it is present. */
export function shapesAt(schemas: ReferenceTargets, { properties }: Shape, name: string): readonly Shape[] {
  return shapesOf(schemas, properties.get(name) ?? []);
}
