import { definitionOf } from './definitions.ts';
import { isSchemaObject, type JsonSchema } from './json-schema.ts';

/** Where references lead. */
export interface Definitions {
  readonly definitions: ReadonlyMap<string, { readonly schema: JsonSchema }>;
}

export type Scalar = string | number | boolean | null;

/**
 * What is certain of every value of a schema. A schema with alternatives has several shapes, of which
 * a value has at least one. What a shape does not say may be anything.
 */
export interface Shape {
  /** The types of JSON that it can have, integers being numbers; null: any. */
  readonly types: ReadonlySet<string> | null;
  /** The values that it can have; null: any. */
  readonly values: readonly Scalar[] | null;
  readonly required: ReadonlySet<string>;
  /** What is said of a property, everywhere it is spoken of. */
  readonly properties: ReadonlyMap<string, readonly JsonSchema[]>;
  /** The only properties that it can have; null: any. */
  readonly allowed: ReadonlySet<string> | null;
}

/** Beyond this many alternatives nothing is certain. */
const maxShapes = 64;

const anything: Shape = {
  types: null,
  values: null,
  required: new Set(),
  properties: new Map(),
  allowed: null,
};

/** What is known of definitions, which many others may refer to. */
const known = new WeakMap<Definitions, Map<string, readonly Shape[]>>();

/** The shapes of what all of some schemas allow. */
export function shapesOf(schemas: Definitions, all: readonly JsonSchema[]): readonly Shape[] {
  return all.reduce<readonly Shape[]>(
    (before, schema) => combine(before, shapesOfOne(schemas, schema)),
    [anything],
  );
}

function shapesOfOne(schemas: Definitions, schema: JsonSchema): readonly Shape[] {
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

/** It ends: a definition that leads back to itself for the same value has been refused. */
function shapesOfDefinition(schemas: Definitions, name: string): readonly Shape[] {
  const own = known.get(schemas) ?? new Map<string, readonly Shape[]>();
  known.set(schemas, own);
  const shapes = own.get(name) ?? shapesOfOne(schemas, schemas.definitions.get(name)?.schema ?? true);
  own.set(name, shapes);
  return shapes;
}

function ownShape(schema: Readonly<Record<string, unknown>>): Shape {
  const { type, enum: listed, required, properties, patternProperties, additionalProperties } = schema;
  const values = 'const' in schema ? [schema.const] : Array.isArray(listed) ? listed : null;
  const said = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : null;
  const members = isSchemaObject(properties) ? Object.entries(properties) : [];
  const isClosed = additionalProperties === false && patternProperties === undefined;
  return {
    types: narrower(said && new Set(said.map(kindOf)), values && new Set(values.map(typeOf))),
    values: values?.every(isScalar) === true ? values : null,
    required: new Set(Array.isArray(required) ? required.map(String) : []),
    properties: new Map(members.map(([name, member]) => [name, [member as JsonSchema]])),
    allowed: isClosed ? new Set(members.map(([name]) => name)) : null,
  };
}

/** Every shape of the ones together with every shape of the others. */
function combine(ones: readonly Shape[], others: readonly Shape[]): readonly Shape[] {
  if (ones.length * others.length > maxShapes) return [anything];
  return ones.flatMap((one) => others.map((other) => both(one, other)));
}

function both(one: Shape, other: Shape): Shape {
  const properties = new Map(one.properties);
  for (const [name, said] of other.properties)
    properties.set(name, [...(properties.get(name) ?? []), ...said]);
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

/** Whether no value can have both shapes. `depth` bounds how far into properties it looks. */
export function areDisjoint(schemas: Definitions, one: Shape, other: Shape, depth = 3): boolean {
  if (narrower(one.types, other.types)?.size === 0) return true;
  if (one.values !== null && other.values !== null && common(one.values, other.values).length === 0)
    return true;
  // Only for objects is the rest of a shape certain.
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

/** What is certain of a property, where it is there. */
export function shapesAt(schemas: Definitions, { properties }: Shape, name: string): readonly Shape[] {
  return shapesOf(schemas, properties.get(name) ?? []);
}
